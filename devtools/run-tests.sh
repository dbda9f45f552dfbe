#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Build the project in several ways and run its tests. What is missing on a Debian
# machine is installed. The last line counts the tests.

# shellcheck disable=SC2317 # the jobs are called by name

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/common.sh"

LOGS=$TOP/build/test-logs
RESULTS=$LOGS/results

JOBS=(
	"style:how the files are written (check-style.sh)"
	"build-gcc:build/ with gcc, warnings are errors"
	"build-clang:build-clang/ with clang, warnings are errors"
	"symbols:what the plug-in exports"
	"install:meson install puts the plug-in where DPDK looks for it"
	"unit:the project's own tests"
	"asan:the same with AddressSanitizer and UndefinedBehaviorSanitizer"
	"tsan:those with threads with ThreadSanitizer"
	"autotest:DPDK's compressdev_autotest: with and without hugepages, engine alone"
	"perf-smoke:dpdk-test-compress-perf verifies what we compress and decompress"
	"programs:example and bench run on the plug-in"
)

usage()
{
	cat <<-EOT
	Usage: run-tests.sh [--list | JOB...]

	Runs the named jobs, or all of them:
	EOT
	list_jobs
}

list_jobs()
{
	local job

	for job in "${JOBS[@]}"; do
		printf '%-12s %s\n' "${job%%:*}" "${job#*:}"
	done
}

# record CASE passed|failed|skipped: one test of the present job has ended
record()
{
	printf '%s %s %s\n' "$JOB" "$2" "$1" >>"$RESULTS"
	printf -- '--- %s: %s\n' "$1" "$2"
}

# record_status CASE STATUS: the same from an exit status
record_status()
{
	case $2 in
	0)
		record "$1" passed
		;;
	77)
		record "$1" skipped
		;;
	124 | 137)
		say "$1: no end in time"
		record "$1" failed
		;;
	*)
		say "$1: status $2"
		record "$1" failed
		;;
	esac
}

# ------------------------------------------------------------------ builds

# need_build DIR [MESON OPTION...]: what a job needs that is not about building
need_build()
{
	local log=$LOGS/build.out

	if ! CC=gcc meson_build "$@" >"$log" 2>&1; then
		say "no $1, as it does not build:"
		{ grep -E 'error|undefined' "$log" || tail -n 10 "$log"; } | head -n 10
		return 1
	fi
}

GCC_BUILD=("$TOP/build" -Dwerror=true)

job_build-gcc()
{
	CC=gcc meson_build "${GCC_BUILD[@]}"
}

job_build-clang()
{
	CC=clang meson_build "$TOP/build-clang" -Dwerror=true
}

# ------------------------------------------------------- the project's tests

# run_cases PROGRAM SECONDS LIST_ARGUMENT...: each test in a process of its own
run_cases()
{
	local program=$1 limit=$2 name status names

	shift 2
	names=$("$program" --list "$@")
	[ -n "$names" ] || return 77
	while IFS= read -r name; do
		status=0
		timeout -k 5 "$limit" "${WRAPPER[@]}" "$program" "$name" </dev/null 2>&1 ||
			status=$?
		record_status "$name" "$status"
	done <<<"$names"
}

job_unit()
{
	need_build "${GCC_BUILD[@]}"
	WRAPPER=()
	run_cases "$TOP/build/app/test/uacce-zip-test" 120
}

job_asan()
{
	need_build "$TOP/build-asan" -Db_sanitize=address,undefined -Db_lundef=false
	export ASAN_OPTIONS=halt_on_error=1:detect_leaks=1
	export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
	export LSAN_OPTIONS=suppressions=$DEVTOOLS/lsan.supp:print_suppressions=0
	WRAPPER=()
	run_cases "$TOP/build-asan/app/test/uacce-zip-test" 300
}

job_tsan()
{
	need_build "$TOP/build-tsan" -Db_sanitize=thread
	export TSAN_OPTIONS=halt_on_error=1:suppressions=$DEVTOOLS/tsan.supp
	WRAPPER=()
	# its fixed shadow addresses do not go with much address randomisation
	if setarch -R true 2>/dev/null; then
		WRAPPER=(setarch -R)
	fi
	run_cases "$TOP/build-tsan/app/test/uacce-zip-test" 300 tsan
}

# ------------------------------------------------------- what is installed

# The symbols that a version script names as global.
map_globals()
{
	sed -n '/global:/,/local:/p' "$1" | sed 's/#.*//' |
		{ grep -oE '[A-Za-z_][A-Za-z0-9_]*[[:space:]]*;' || true; } | tr -d '; \t'
}

job_symbols()
{
	local plugin=$TOP/build/drivers/$PLUGIN_NAME bad

	need_build "${GCC_BUILD[@]}"
	# version nodes are absolute; EAL's own markers are those of every driver
	bad=$(nm -D --defined-only "$plugin" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
		{ grep -vE '^(per_lcore_|this_pmd_name|this_driver_name)' || true; } |
		{ grep -vxF -f <(map_globals "$TOP/drivers/compress/uacce/version.map") || true; })
	if [ -n "$bad" ]; then
		printf 'exported, but not in version.map:\n%s\n' "$bad"
		record exports failed
	else
		record exports passed
	fi
	bad=$(map_globals "$TOP/drivers/compress/uacce/version.map" |
		{ grep -vxF -f <(nm -D --defined-only "$plugin" |
			awk '{ sub(/@.*/, "", $3); print $3 }') || true; })
	if [ -n "$bad" ]; then
		printf 'in version.map, but not exported:\n%s\n' "$bad"
		record version-map failed
	else
		record version-map passed
	fi
	# others' names must not meet ours in a statically linked program
	bad=$(nm -A -g --defined-only "$TOP"/build/drivers/*.a 2>/dev/null |
		awk -v ours='^(uacce_|hisi_|soft_|rte_pmd_uacce|per_lcore_|this_pmd_name)' \
			'NF >= 3 && $3 !~ ours')
	if [ -n "$bad" ]; then
		printf 'global names without a prefix of the project:\n%s\n' "$bad"
		record prefixes failed
	else
		record prefixes passed
	fi
}

job_install()
{
	local dest=$TOP/build/test-install dir plugin

	need_build "${GCC_BUILD[@]}"
	rm -rf "$dest"
	meson install -C "$TOP/build" --no-rebuild --destdir "$dest"
	dir=$("$DEVTOOLS/pmd-dir.sh" "$(pkg-config --variable=libdir libdpdk)")
	plugin=$dest$dir/$PLUGIN_NAME
	[ -f "$plugin" ] || {
		say "nothing installed as $dir/$PLUGIN_NAME"
		return 1
	}
	say "installed as $dir/$PLUGIN_NAME"
	if ldd "$plugin" | grep 'not found'; then
		return 1
	fi
	rm -rf "$dest"
}

# ----------------------------------------------------- DPDK's own programs

# run_autotest LABEL VDEV [PLUGIN [UNSUPPORTED]]: the distribution's dpdk-test, once
# eal_args has been called; so many cases may be unsupported
run_autotest()
{
	local label=$1 vdev=$2 eal=("${EAL_ARGS[@]}") log=$LOGS/autotest-$1.out status=0 line name
	local executed unsupported passed failed

	if [ $# -gt 2 ]; then
		eal+=(-d "$3")
	fi
	DPDK_TEST=compressdev_autotest timeout -k 5 300 dpdk-test -l "$(allowed_cpus | head -n 1)" \
		"${eal[@]}" "--vdev=$vdev" </dev/null >"$log" 2>&1 || status=$?
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
	# stateful decompression twice and recoverable out-of-space may be missing; an
	# engine alone has no fixed codes (twice) and no checksums either
	if [ "$status" -ne 0 ] || [ "$failed" -ne 0 ] || [ "$executed" -eq 0 ] ||
		[ "$passed" -ne "$executed" ] || [ "$unsupported" -gt "${4:-3}" ]; then
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
	run_autotest engine "$VDEV,device=soft,soft_ext=off,fallback=off" "$plugin" 6
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

# ------------------------------------------------------------------- style

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

job_style()
{
	local check status out

	while IFS= read -r check; do
		status=0
		out=$("$DEVTOOLS/check-style.sh" "$check" 2>&1) || status=$?
		say "$out"
		if [ "${out##*$'\n'}" = "$check: skipped" ]; then
			status=77
		fi
		record_status "$check" "$status"
	done < <("$DEVTOOLS/check-style.sh" --list)
}

# -------------------------------------------------------------------- main

# count JOB STATE: how many tests of the job (all jobs: "") ended so
count()
{
	awk -v job="$1" -v state="$2" '(job == "" || $1 == job) && $2 == state { n++ }
		END { print n + 0 }' "$RESULTS"
}

# What the failed cases of a log said; its end if what failed was no case.
failed_parts()
{
	awk '/^--- .*: (passed|skipped)$/ { part = ""; next }
		{ part = part $0 "\n" }
		/^--- .*: failed$/ { printf "%s", part; part = ""; any = 1 }
		END { if (!any) printf "%s", part }' "$1"
}

run_job()
{
	local log=$LOGS/$1.log status=0 start=$SECONDS

	JOB=$1
	printf '%-12s ' "$JOB"
	# not in a condition: there "set -e" would not hold
	set +e
	(
		trap - EXIT
		CLEANUP=()
		set -e
		"job_$JOB"
	) >"$log" 2>&1 </dev/null
	status=$?
	set -e
	if [ "$status" -eq 77 ]; then
		record "$JOB" skipped >/dev/null
	elif [ "$status" -ne 0 ] && [ "$(count "$JOB" failed)" -eq 0 ]; then
		record "$JOB" failed >/dev/null
	elif [ "$status" -eq 0 ] && ! grep -q "^$JOB " "$RESULTS"; then
		record "$JOB" passed >/dev/null
	fi
	printf '%4d passed, %d failed, %d skipped (%d s)\n' "$(count "$JOB" passed)" \
		"$(count "$JOB" failed)" "$(count "$JOB" skipped)" $((SECONDS - start))
	if [ "$(count "$JOB" failed)" -gt 0 ]; then
		say "---- failed: $(awk -v job="$JOB" '$1 == job && $2 == "failed" { print $3 }' \
			"$RESULTS" | paste -sd' ')"
		say "---- of ${log#"$TOP/"}:"
		failed_parts "$log" | tail -n 120 | cut -c 1-300
		say "----"
	fi
}

main()
{
	local job jobs=() known=" " skipped

	for job in "${JOBS[@]}"; do
		known+="${job%%:*} "
	done
	while [ $# -gt 0 ]; do
		case $1 in
		--list)
			list_jobs
			return 0
			;;
		-h | --help)
			usage
			return 0
			;;
		*)
			[[ $known == *" $1 "* ]] || die "no such job: $1 (see --list)"
			jobs+=("$1")
			;;
		esac
		shift
	done
	if [ ${#jobs[@]} -eq 0 ]; then
		read -ra jobs <<<"$known"
	fi
	need_packages "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
	need_driver_headers
	mkdir -p "$LOGS"
	: >"$RESULTS"
	step "Running ${jobs[*]}"
	for job in "${jobs[@]}"; do
		run_job "$job"
	done
	step "Result"
	skipped=$(count "" skipped)
	if [ "$(count "" failed)" -gt 0 ]; then
		say "failed:"
		awk '$2 == "failed" { print "  " $1 ": " $3 }' "$RESULTS"
	fi
	if [ "$skipped" -gt 0 ]; then
		say "$(count "" passed) passed, $(count "" failed) failed, $skipped skipped"
	else
		say "$(count "" passed) passed, $(count "" failed) failed"
	fi
	[ "$(count "" failed)" -eq 0 ] && [ "$(count "" passed)" -gt 0 ]
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	main "$@"
fi
