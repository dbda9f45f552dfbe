# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Jobs of run-tests.sh on libuacce_soft_preload.so: its own tests, and the driver's
# kernel path on the devices it offers. To be sourced by it.

# shellcheck disable=SC2034,SC2317 # shared with the other files; called by name

JOBS+=(
	"preload:the preloaded soft device: its own tests, the driver on its kernel path"
	"preload-asan:a client with AddressSanitizer, and one with ThreadSanitizer, on it"
)

PRELOAD_LIB=drivers/common/uacce_soft/preload/libuacce_soft_preload.so
PRELOAD_CASES=${PRELOAD_CASES:-60}

# on_preload [VARIABLE=VALUE...] COMMAND...: with the preloaded devices alone
on_preload()
{
	env LD_PRELOAD="$TOP/build/$PRELOAD_LIB" "$@"
}

# preload_program_cases LABEL PROGRAM [LD_PRELOAD]: each case in a process of its own
preload_program_cases()
{
	local name status names

	names=$("$2" --list)
	[ -n "$names" ] || return 1
	while IFS= read -r name; do
		case $1:$name in
		# sanitizers have no threads, or locks held for ever, in the child of a
		# process with threads
		asan:children* | tsan:children*) continue ;;
		# it holds a lock over an atomic store, also if a handler jumps out of that
		tsan:unplug*) continue ;;
		# it keeps signals back in calls that it does not know
		tsan:masks) continue ;;
		# they need more stack than there is
		asan:small_stack | tsan:small_stack) continue ;;
		esac
		status=0
		env LD_PRELOAD="${3:-$TOP/build/$PRELOAD_LIB}" timeout -k 5 120 \
			"${WRAPPER[@]}" "$2" "$name" </dev/null 2>&1 || status=$?
		record_status "$1:$name" "$status"
	done <<<"$names"
}

# What a shell and its commands see.
preload_shell()
{
	local out

	out=$(on_preload sh -c 'ls /sys/class/uacce && cat /sys/class/uacce/hisi_zip-0/api &&
		cd /sys/class/uacce/hisi_zip-0/device && pwd && test -c /dev/hisi_zip-0') || return
	say "$out"
	[ "$out" = "$(printf 'hisi_zip-0\nhisi_qm_v3\n/sys/class/uacce/hisi_zip-0/device')" ]
}

# preload_nothing_left DIR: no process left its folder behind
preload_nothing_left()
{
	local left

	# killed on purpose: the next one removes what they left
	on_preload ls /sys/class/uacce >/dev/null || return
	left=$(ls -A "$1")
	say "$left"
	[ -z "$left" ]
}

# preload_life BUILD [RUNTIME]: whatever can become of a queue, with ops in flight
preload_life()
{
	local api status

	for api in 2 3; do
		status=0
		env LD_PRELOAD="${2:+$2:}$TOP/build/$PRELOAD_LIB" UACCE_SOFT_API="$api" \
			timeout -k 5 300 "${WRAPPER[@]}" "$1/app/test/uacce-zip-test" pmd_life \
			</dev/null 2>&1 || status=$?
		# what is skipped was not tested
		record_status "life-v$api${2:+:${2##*/}}" $((status == 77 ? 1 : status))
	done
}

# What one program traced, read by another: the requests that there were.
preload_trace()
{
	local trace=$LOGS/preload.trace requests

	rm -f "$trace"
	UACCE_SOFT_TRACE=$trace PRELOAD_CASES=20 preload_conformance 3 off --only compress || return
	"$DEVTOOLS/decode-trace.py" "$trace" | tail -n 5 || return
	requests=$("$DEVTOOLS/decode-trace.py" --requests "$trace") || return
	tail -n 5 <<<"$requests"
	rm -f "$trace"
	[ "$(wc -l <<<"$requests")" -ge 20 ]
}

# preload_conformance API FALLBACK [ARGUMENT...]
preload_conformance()
{
	local api=$1 fallback=$2

	shift 2
	eal_args 512 nohuge
	on_preload UACCE_SOFT_API="$api" timeout -k 5 120 \
		"$TOP/build/app/test-conformance/dpdk-test-compress-conformance" \
		"${EAL_ARGS[@]}" -d "$PLUGIN" "--vdev=$VDEV,device=hw,fallback=$fallback" -- \
		--lenient --cases "$PRELOAD_CASES" --seed 20261122 "$@" </dev/null
}

# preload_perf API
preload_perf()
{
	eal_args 512 nohuge
	(
		export LD_PRELOAD=$TOP/build/$PRELOAD_LIB UACCE_SOFT_API=$1
		perf_tool "$VDEV,device=hw" "$PLUGIN" -- --ptest verify --burst-sz 32 \
			--pool-sz 8192 --input-file "$LOGS/corpus/text.bin" \
			--operation comp_and_decomp --compress-level 1 --seg-sz "$2" \
			--max-num-sgl-segs "$3"
	)
}

preload_autotest()
{
	local program=$LOGS/dpdk-test-preloaded

	# a program of its own for the function that runs it
	printf '#!/bin/sh\nLD_PRELOAD=%s UACCE_SOFT_API=%s exec dpdk-test "$@"\n' \
		"$TOP/build/$PRELOAD_LIB" "$2" >"$program"
	chmod +x "$program"
	eal_args 4096 nohuge
	DPDK_TEST_PROGRAM=$program run_autotest "$1" "$VDEV,device=hw,fallback=$3" "$PLUGIN" "$4"
}

job_preload()
{
	local dir=$LOGS/preload api fallback shape status

	need_build "${GCC_BUILD[@]}"
	rm -rf "$dir"
	mkdir -p "$dir"
	cd "$dir" || return
	export TMPDIR=$dir
	WRAPPER=()
	preload_program_cases client "$TOP/build/app/test-preload/uacce-preload-test"
	status=0
	preload_shell || status=$?
	record_status shell "$status"

	preload_life "$TOP/build"
	PLUGIN=$(stage_plugin "$TOP/build")
	status=0
	preload_trace || status=$?
	record_status trace "$status"
	# as on silicon of v3: five cases are not offered
	preload_autotest autotest-v3 3 off 5
	for api in 2 3; do
		for fallback in on off; do
			status=0
			preload_conformance "$api" "$fallback" || status=$?
			record_status "conformance-v$api:fallback-$fallback" "$status"
		done
	done
	"$DEVTOOLS/make-corpus.sh" --size $((1 << 20)) "$LOGS/corpus"
	for api in 2 3; do
		for shape in 2048x1 8192x1 512x8; do
			status=0
			preload_perf "$api" "${shape%x*}" "${shape#*x}" || status=$?
			record_status "perf-v$api:$shape" "$status"
		done
	done
	status=0
	preload_nothing_left "$dir" || status=$?
	record_status nothing-left "$status"
	cd "$TOP" || return
	rm -rf "$dir"
}

job_preload-asan()
{
	local asan

	need_build "${GCC_BUILD[@]}"
	need_build "$TOP/build-asan" -Db_sanitize=address,undefined -Db_lundef=false
	export ASAN_OPTIONS=halt_on_error=1:detect_leaks=0
	export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
	# its runtime insists on being the first
	asan=$(gcc -print-file-name=libasan.so)
	WRAPPER=()
	preload_program_cases asan "$TOP/build-asan/app/test-preload/uacce-preload-test" \
		"$asan:$TOP/build/$PRELOAD_LIB"
	preload_life "$TOP/build-asan" "$asan"
	need_build "$TOP/build-tsan" -Db_sanitize=thread
	# what the engine's threads do with a client's memory is not for it to see
	export TSAN_OPTIONS=halt_on_error=1:ignore_noninstrumented_modules=1:die_after_fork=0
	if setarch -R true 2>/dev/null; then
		WRAPPER=(setarch -R)
	fi
	preload_program_cases tsan "$TOP/build-tsan/app/test-preload/uacce-preload-test" \
		"$(gcc -print-file-name=libtsan.so):$TOP/build/$PRELOAD_LIB"
}
