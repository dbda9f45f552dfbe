#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Make app/fuzz/corpus anew from the seeds and from what fuzzers have found: few inputs
# that together reach what all of them reach.
# Usage: corpus.sh BUILD [FOUND]
#   BUILD has the fuzzers, FOUND a folder of inputs for each of them

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
build=$(realpath "$1")
found=$(realpath "${2:-$here/corpus}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/seeds.py" "$work/seeds"
for name in sqe decompress scan devargs; do
	mkdir -p "$work/$name" "$found/$name"
	"$build/app/fuzz/fuzz-$name" -set_cover_merge=1 -use_counters=0 -max_len=4096 \
		"$work/$name" "$work/seeds/$name" "$found/$name" 2>&1 | tail -n 1
	# a text could do without the licence that a text must name
	grep -LaP '\x00' "$work/$name"/* | xargs -r rm
	find "$work/seeds/$name" -name 'found*' -exec cp {} "$work/$name" \;
	rm -rf "$here/corpus/$name"
	mkdir -p "$here/corpus"
	cp -r "$work/$name" "$here/corpus/$name"
	printf '%-12s %4d inputs, %d bytes\n' "$name" "$(find "$work/$name" -type f | wc -l)" \
		"$(cat "$work/$name"/* | wc -c)"
done
