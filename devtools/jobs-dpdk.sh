# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Jobs of run-tests.sh that run programs of DPDK, or ours as plain DPDK programs, on
# the plug-in. To be sourced by it.

# shellcheck disable=SC2034,SC2153,SC2317 # shared with the other files; called by name

JOBS+=(
	"autotest:DPDK's compressdev_autotest: with and without hugepages, engine alone"
	"perf-smoke:dpdk-test-compress-perf verifies what we compress and decompress"
	"programs:example and bench run on the plug-in"
)

DPDK_TEST_PROGRAM=dpdk-test

# run_autotest LABEL VDEV [PLUGIN [UNSUPPORTED]]: DPDK_TEST_PROGRAM, once eal_args has
# been called; so many cases may be unsupported
run_autotest()
{
	local label=$1 vdev=$2 eal=("${EAL_ARGS[@]}") log=$LOGS/autotest-$1.out status=0 line name
	local executed unsupported passed failed

	if [ -n "${3:-}" ]; then
		eal+=(-d "$3")
	fi
	DPDK_TEST=compressdev_autotest timeout -k 5 300 "$DPDK_TEST_PROGRAM" \
		-l "$(allowed_cpus | head -n 1)" "${eal[@]}" "--vdev=$vdev" \
		</dev/null >"$log" 2>&1 || status=$?
	cat "$log"
	printf '\n'
	while IFS= read -r line; do
		name=$(sed -E 's/.*\] : (test_compressdev_)?([^ ]+) .*/\2/' <<<"$line")
		case $line in
		*succeeded)
			record "$label:$name" passed
			;;
		*unsupported | *skipped)
			record "$label:$name" skipped
			;;
		*)
			record "$label:$name" failed
			;;
		esac
	done < <(grep -aE '\+ TestCase \[' "$log")
	executed=$(summary_number Executed "$log")
	unsupported=$(summary_number Unsupported "$log")
	passed=$(summary_number Passed "$log")
	failed=$(summary_number Failed "$log")
	say "executed $executed, passed $passed, failed $failed, unsupported $unsupported"
	# an engine alone has no fixed codes (three cases) and no checksums (two)
	if [ "$status" -ne 0 ] || [ "$failed" -ne 0 ] || [ "$executed" -eq 0 ] ||
		[ "$passed" -ne "$executed" ] || [ "$unsupported" -gt "${4:-0}" ]; then
		say "dpdk-test ended with status $status"
		record "$label:summary" failed
	fi
}

# summary_number WORD LOG: the number in "+ Tests WORD : N", or 0
summary_number()
{
	local number

	number=$(sed -n -E "s/^ *\+ Tests $1 *: *([0-9]+).*/\1/p" "$2" | tail -n 1)
	printf '%s\n' "${number:-0}"
}

job_autotest()
{
	local plugin

	need_build "${GCC_BUILD[@]}"
	plugin=$(stage_plugin "$TOP/build")
	if hugepages_reserve 1024; then
		eal_args 1024 huge
		run_autotest hugepages "$VDEV" "$plugin"
	else
		say "no 1024 MiB of hugepages to be had here"
		record hugepages skipped
	fi
	eal_args 4096 nohuge
	run_autotest no-huge "$VDEV" "$plugin"
	# as on silicon: its limits hold and nothing comes to help
	eal_args 4096 nohuge
	run_autotest engine "$VDEV,device=soft,soft_ext=off,fallback=off" "$plugin" 5
}

# Raw DEFLATE streams made by another encoder, to decompress.
make_streams()
{
	python3 - "$1" "$2" <<-'EOT'
	import sys, zlib
	data = open(sys.argv[1], "rb").read(24 << 10)
	for level in (0, 1, 9):
	    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
	    stream = packer.compress(data) + packer.flush()
	    open(f"{sys.argv[2]}/level{level}.deflate", "wb").write(stream)
	EOT
}

# run_perf_smoke DRIVER [PLUGIN]
run_perf_smoke()
{
	local driver=$1 plugin=("${@:2}") dir=$LOGS/corpus data shape status level
	local common=(--ptest verify --burst-sz 32 --pool-sz 8192)

	"$DEVTOOLS/make-corpus.sh" --size $((1 << 20)) "$dir"
	make_streams "$dir/text.bin" "$dir"
	eal_args 512
	# segment size x segments per operation
	for data in text elf packets; do
		for shape in 1408x1 2048x1 8192x1 32768x1 512x8 2048x16 100x60; do
			status=0
			perf_tool "$driver" "${plugin[@]}" -- "${common[@]}" \
				--input-file "$dir/$data.bin" --operation comp_and_decomp \
				--compress-level 1,6,9 --seg-sz "${shape%x*}" \
				--max-num-sgl-segs "${shape#*x}" || status=$?
			record_status "$data:$shape" "$status"
		done
	done
	status=0
	perf_tool "$driver" "${plugin[@]}" -- "${common[@]}" --input-file "$dir/text.bin" \
		--operation comp_and_decomp --compress-level 1 --seg-sz 2048 \
		--max-num-sgl-segs 4 --huffman-enc fixed || status=$?
	record_status "text:fixed" "$status"
	status=0
	perf_tool "$driver" "${plugin[@]}" -- "${common[@]}" --input-file "$dir/text.bin" \
		--operation comp_and_decomp --compress-level 1 --seg-sz 8192 \
		--max-num-sgl-segs 2 --external-mbufs || status=$?
	record_status "text:external-mbufs" "$status"
	for level in 0 1 9; do
		status=0
		perf_tool "$driver" "${plugin[@]}" -- "${common[@]}" --compress-level 1 \
			--input-file "$dir/level$level.deflate" --operation decomp \
			--seg-sz 32768 --max-num-sgl-segs 1 || status=$?
		record_status "zlib-level-$level:decomp" "$status"
	done
}

job_perf-smoke()
{
	local plugin

	need_build "${GCC_BUILD[@]}"
	plugin=$(stage_plugin "$TOP/build")
	run_perf_smoke "$VDEV" "$plugin"
}

# zcat must read what the example makes, of any size
job_programs()
{
	local plugin dir=$LOGS/programs size status

	need_build "${GCC_BUILD[@]}"
	plugin=$(stage_plugin "$TOP/build")
	mkdir -p "$dir"
	for size in 0 1 32768 32769 3000000; do
		head -c "$size" "$(command -v dpdk-test)" >"$dir/in"
		status=0
		eal_args 256
		timeout 60 "$TOP/build/examples/gzip-file" "${EAL_ARGS[@]}" -l 0 -d "$plugin" \
			"--vdev=$VDEV" -- "$dir/in" "$dir/out.gz" </dev/null || status=$?
		if [ "$status" = 0 ] && ! zcat "$dir/out.gz" | cmp - "$dir/in"; then
			status=1
		fi
		record_status "gzip-file:$size" "$status"
	done
	status=0
	eal_args 256
	timeout 60 "$TOP/build/app/bench/uacce-zip-bench" "${EAL_ARGS[@]}" -l 0 -d "$plugin" \
		"--vdev=$VDEV,device=soft,soft_instant=on" </dev/null || status=$?
	record_status bench "$status"
}
