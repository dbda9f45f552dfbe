#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Print the folder from which the installed DPDK loads drivers by itself.
# Usage: pmd-dir.sh LIBDIR   (LIBDIR as pkg-config --variable=libdir libdpdk says)

set -eu
libdir=$1
for d in "$libdir"/dpdk/pmds-*; do
	[ -d "$d" ] && echo "$d" && exit 0
done
# a DPDK installed without shared drivers: where meson would have put them
echo "$libdir/dpdk/pmds"
