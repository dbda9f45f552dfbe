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
NOTICES=$LOGS/notices

JOBS=(
	"style:how the files are written (check-style.sh)"
	"build-gcc:build/ with gcc, warnings are errors"
	"build-clang:build-clang/ with clang, warnings are errors"
	"symbols:what the plug-in exports"
	"install:meson install puts the plug-in where DPDK looks for it"
	"unit:the project's own tests"
	"asan:the same with AddressSanitizer and UndefinedBehaviorSanitizer"
	"tsan:those with threads with ThreadSanitizer"
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

# notice WHAT: also said where the results are
notice()
{
	say "$*"
	printf '%s: %s\n' "$JOB" "$*" >>"$NOTICES"
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

WRAPPER=()
LABEL=

# Until fewer commands than there are CPUs run in the background.
wait_for_cpu()
{
	while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
		wait -n || true
	done
}

# run_case PROGRAM SECONDS NAME OUT: OUT and OUT.status are what comes of it
run_case()
{
	local status=0

	timeout -k 5 "$2" "${WRAPPER[@]}" "$1" "$3" </dev/null >"$4" 2>&1 || status=$?
	printf '%s\n' "$status" >"$4.status"
}

# run_cases PROGRAM SECONDS LIST_ARGUMENT...: each test in a process of its own,
# started by WRAPPER, its name after LABEL if that is set; one for each CPU at a time
run_cases()
{
	local program=$1 limit=$2 dir=$LOGS/cases-$JOB name names

	shift 2
	names=$("${WRAPPER[@]}" "$program" --list "$@")
	[ -n "$names" ] || return 77
	rm -rf "$dir"
	mkdir -p "$dir"
	while IFS= read -r name; do
		wait_for_cpu
		run_case "$program" "$limit" "$name" "$dir/$name" &
	done <<<"$names"
	wait
	while IFS= read -r name; do
		cat "$dir/$name"
		record_status "${LABEL:+$LABEL:}$name" "$(cat "$dir/$name.status")"
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

# ------------------------------------------------------------------- style

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

# ---------------------------------------------------------------- more jobs

# each adds its own to JOBS
for file in "$DEVTOOLS"/jobs-*.sh; do
	# shellcheck source=/dev/null
	. "$file"
done

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
	: >"$NOTICES"
	step "Running ${jobs[*]}"
	for job in "${jobs[@]}"; do
		run_job "$job"
	done
	step "Result"
	cat "$NOTICES"
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
