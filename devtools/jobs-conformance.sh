# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Jobs of run-tests.sh that hold the driver to the conformance suite. To be sourced by it.

# shellcheck disable=SC2034,SC2317 # shared with the other files; called by name

JOBS+=(
	"conformance:random cases by the public API: soft lane, engines of v2 and v3"
	"conformance-asan:the same with AddressSanitizer and UndefinedBehaviorSanitizer"
)

# cases per area, device and seed (costly areas run fewer)
CONFORMANCE_CASES=${CONFORMANCE_CASES:-400}
CONFORMANCE_SEED=20261122

# label of the case and devargs
CONFORMANCE_DEVICES=(
	"soft:device=soft"
	"soft-threads:device=soft,soft_threads=2"
	"v3:device=soft,soft_ext=off,soft_api=3"
	"v3-alone:device=soft,soft_ext=off,soft_api=3,fallback=off"
	"v3-alone-threads:device=soft,soft_ext=off,soft_api=3,fallback=off,soft_threads=2"
	"v2:device=soft,soft_ext=off,soft_api=2"
	"v2-alone:device=soft,soft_ext=off,soft_api=2,fallback=off"
	"verify:device=soft,soft_ext=off,verify=all"
)

# conformance_once BUILD CASES SECONDS DEVICE SEED
conformance_once()
{
	timeout -k 5 "$3" "$1/app/test-conformance/dpdk-test-compress-conformance" \
		"${EAL_ARGS[@]}" -d "$PLUGIN" "--vdev=$VDEV,${4#*:}" -- \
		--lenient --cases "$2" --seed "$5" </dev/null
}

# run_conformance BUILD CASES SECONDS: all devices; the fixed seed and a fresh one, side
# by side
run_conformance()
{
	local device seed status pids
	local seeds=("$CONFORMANCE_SEED" "$(date +%s)")

	PLUGIN=$(stage_plugin "$1")
	for device in "${CONFORMANCE_DEVICES[@]}"; do
		pids=()
		for seed in "${seeds[@]}"; do
			eal_args 512 nohuge
			conformance_once "$@" "$device" "$seed" \
				>"$LOGS/conformance-$seed.out" 2>&1 &
			pids+=($!)
		done
		for seed in "${seeds[@]}"; do
			status=0
			wait "${pids[0]}" || status=$?
			pids=("${pids[@]:1}")
			cat "$LOGS/conformance-$seed.out"
			record_status "${device%%:*}:$seed" "$status"
		done
	done
}

job_conformance()
{
	need_build "${GCC_BUILD[@]}"
	run_conformance "$TOP/build" "$CONFORMANCE_CASES" $((CONFORMANCE_CASES * 3 / 2))
}

job_conformance-asan()
{
	need_build "$TOP/build-asan" -Db_sanitize=address,undefined -Db_lundef=false
	export ASAN_OPTIONS=halt_on_error=1:detect_leaks=0
	export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
	run_conformance "$TOP/build-asan" $((CONFORMANCE_CASES / 4)) $((CONFORMANCE_CASES * 9 / 4))
}
