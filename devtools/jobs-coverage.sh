# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Jobs of run-tests.sh about what is tested and what is promised. To be sourced by it.

# shellcheck disable=SC2153,SC2317 # shared with the other files; called by name

JOBS+=(
	"coverage:which lines of drivers/ the tests run, and why not the others"
	"features:what the guide's table says, against what the driver says"
)

# ---------------------------------------------------------------- coverage

# covered NAME COMMAND...: whether it passes is for other jobs to judge
covered()
{
	local name=$1 status=0

	shift
	"$@" </dev/null >"$LOGS/coverage-$name.out" 2>&1 || status=$?
	case $status in
	0 | 77)
		say "$name: run"
		;;
	*)
		say "$name: run, but ended with status $status: $LOGS/coverage-$name.out"
		;;
	esac
}

# The preloaded device, and the driver's kernel path on it.
coverage_preload()
{
	local preload=$1/app/test-preload/uacce-preload-test name api dir=$LOGS/coverage-preload
	local with=(env "LD_PRELOAD=$1/$PRELOAD_LIB" "TMPDIR=$dir")

	rm -rf "$dir"
	mkdir -p "$dir"
	cd "$dir" || return
	while IFS= read -r name; do
		wait_for_cpu
		covered "preload-$name" "${with[@]}" timeout -k 5 300 "$preload" "$name" &
	done < <("$preload" --list)
	for api in 2 3; do
		wait_for_cpu
		covered "life-v$api" "${with[@]}" UACCE_SOFT_API=$api timeout -k 5 300 \
			"$1/app/test/uacce-zip-test" pmd_life &
	done
	wait
	cd "$TOP" || return
	rm -rf "$dir"
}

coverage_run()
{
	local build=$1 unit=$1/app/test/uacce-zip-test name device

	PLUGIN=$(stage_plugin "$build")
	while IFS= read -r name; do
		wait_for_cpu
		covered "$name" timeout -k 5 900 "$unit" "$name" &
	done < <("$unit" --list)
	wait
	coverage_preload "$build"
	eal_args 4096 nohuge
	DPDK_TEST=compressdev_autotest covered autotest timeout -k 5 900 dpdk-test \
		"${EAL_ARGS[@]}" -l "$(allowed_cpus | head -n 1)" -d "$PLUGIN" "--vdev=$VDEV" &
	for device in "${CONFORMANCE_DEVICES[@]}"; do
		eal_args 512 nohuge
		wait_for_cpu
		covered "conformance-${device%%:*}" conformance_once "$build" 150 1800 "$device" \
			"$CONFORMANCE_SEED" &
	done
	wait
}

job_coverage()
{
	local build=$TOP/build-cov status=0

	# little is optimized, so that lines stay apart
	need_build "$build" -Db_coverage=true -Doptimization=1
	find "$build" -name '*.gcda' -delete
	rm -f "$LOGS"/coverage-*.out
	coverage_run "$build"
	"$DEVTOOLS/coverage.py" "$build" || status=$?
	record_status lines "$status"
}

# ---------------------------------------------------------------- features

# features_of DEFAULT_INI BUILD
features_of()
{
	local plugin

	plugin=$(stage_plugin "$2")
	eal_args 128 nohuge
	"$DEVTOOLS/check-features.py" --default "$1" \
		"$TOP/doc/guides/compressdevs/features/uacce.ini" \
		"$2/app/caps/uacce-zip-caps" "${EAL_ARGS[@]}" -d "$plugin" \
		-l "$(allowed_cpus | head -n 1)"
}

features_newer()
{
	local build=$TOP/build-newer-$1 status=0

	if ! PKG_CONFIG_PATH=$2/prefix/lib/pkgconfig need_build "$build" -Dwerror=true; then
		status=1
	else
		LD_LIBRARY_PATH=$2/prefix/lib features_of \
			"$2/src/doc/guides/compressdevs/features/default.ini" "$build" || status=$?
	fi
	record_status "$1" "$status"
}

job_features()
{
	local status=0 ini=$TOP/build-deps/dpdk-src/doc/guides/compressdevs/features/default.ini

	need_build "${GCC_BUILD[@]}"
	# an installed DPDK with driver headers was not fetched, and has no guide
	[ -e "$ini" ] || ini=
	features_of "$ini" "$TOP/build" || status=$?
	record_status "$(dpdk_version)" "$status"
	for_newer features_newer
}
