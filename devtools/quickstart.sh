#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# From a fresh checkout on a fresh Debian 12 to figures: install what is missing,
# build, see that it works, and compare with DPDK's software drivers by the stock
# dpdk-test-compress-perf, on text, machine code and packets.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/common.sh"

BUILD=$TOP/build

usage()
{
	cat <<-EOT
	Usage: quickstart.sh [--rounds N] [--json FILE] [--markdown FILE]

	Takes some minutes. The table goes to standard output; with the options also
	to a file, as JSON or Markdown. Run as root it installs missing packages.
	EOT
}

# quietly WHAT COMMAND...: show the command's output only if it fails
quietly()
{
	local what=$1 log

	shift
	log=$(mktemp)
	at_exit rm -f "$log"
	if ! "$@" >"$log" 2>&1; then
		tail -n 40 "$log" | cut -c 1-300 >&2
		die "$what failed"
	fi
}

build()
{
	step "Building in build/"
	quietly "the build" meson_build "$BUILD"
}

# Compress, decompress and compare, in one buffer and in chains of them.
self_check()
{
	local plugin=$1 shape

	step "Checking that $VDEV works"
	for shape in 2048x1 1408x8 32768x1; do
		quietly "the check with $shape" perf_tool "$VDEV" "$plugin" -- --ptest verify \
			--input-file "$BUILD/corpus/packets.bin" --operation comp_and_decomp \
			--compress-level 1,6 --burst-sz 32 --pool-sz 8192 \
			--seg-sz "${shape%x*}" --max-num-sgl-segs "${shape#*x}"
		say "${shape#*x} segment(s) of ${shape%x*} bytes: what went in came out"
	done
}

main()
{
	local rounds=3 plugin table=()

	while [ $# -gt 0 ]; do
		case $1 in
		--rounds | --json | --markdown)
			[ $# -ge 2 ] || die "$1 needs a value"
			if [ "$1" = --rounds ] && ! [[ $2 =~ ^[1-9][0-9]?$ ]]; then
				die "--rounds $2: allowed is 1 to 99"
			fi
			if [ "$1" = --rounds ]; then
				rounds=$2
			else
				table+=("$1" "$2")
			fi
			shift
			;;
		-h | --help)
			usage
			exit 0
			;;
		*)
			say "unknown argument: $1" >&2
			usage >&2
			exit 2
			;;
		esac
		shift
	done
	need_packages "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}"
	need_driver_headers
	build
	plugin=$(stage_plugin "$BUILD")
	step "Making files to compress"
	"$DEVTOOLS/make-corpus.sh" "$BUILD/corpus"
	eal_args 512
	self_check "$plugin"
	step "Measuring, $rounds rounds"
	if [[ " ${EAL_ARGS[*]} " == *" --in-memory "* ]]; then
		table+=(--huge)
	fi
	"$DEVTOOLS/perf-table.py" --plugin "$plugin" --rounds "$rounds" "${table[@]}" \
		"$BUILD"/corpus/{text,elf,packets}.bin || die "the measurement failed"
	step "Done in $((SECONDS / 60)) min $((SECONDS % 60)) s. The plug-in:"
	say "  $plugin"
	say "To use it: --no-huge -m 512 -d PLUGIN --vdev=$VDEV with any DPDK program"
	say "(the hugepages of this run are given back); without -d after meson install -C build"
	say "quickstart: OK"
}

main "$@"
