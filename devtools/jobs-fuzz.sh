# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Job of run-tests.sh that fuzzes what reads bytes of others: see doc/design/fuzzing.md.
# To be sourced by it.

# shellcheck disable=SC2153,SC2317 # shared with the other files; called by name

JOBS+=(
	"fuzz:the fuzzers of app/fuzz for \$FUZZ_SECONDS (60) each, two at a time"
)

FUZZERS=(sqe decompress scan devargs)
FUZZ_BUILD=$TOP/build-fuzz

has_libfuzzer()
{
	local out=$LOGS/libfuzzer

	printf '%s\n' '#include <stddef.h>' \
		'int LLVMFuzzerTestOneInput(const char *d, size_t n) { return !d && n; }' |
		clang -fsanitize=fuzzer,address,undefined -x c -o "$out" - 2>/dev/null
}

# clang's runtime libraries are a package of their own
need_libfuzzer()
{
	local major

	! has_libfuzzer || return 0
	major=$(clang -dumpversion) || return 1
	(need_packages "libclang-rt-${major%%.*}-dev") || true
	has_libfuzzer
}

# The plug-in cannot be linked with a runtime that programs alone have.
fuzz_build()
{
	local log=$LOGS/build-fuzz.out

	[ -e "$FUZZ_BUILD/build.ninja" ] ||
		CC=clang meson setup "$FUZZ_BUILD" "$TOP" -Dwerror=true -Dfuzz=true \
			-Db_lundef=false -Db_sanitize=address,undefined \
			"-Dc_args=-fsanitize=fuzzer-no-link -fno-sanitize-recover=all" \
			>"$log" 2>&1 || { tail -n 10 "$log"; return 1; }
	ninja -C "$FUZZ_BUILD" fuzzers >"$log" 2>&1 ||
		{ grep -E -A 3 'error|undefined' "$log" || true; return 1; }
}

# fuzz_run NAME DIR: from a copy of its corpus; DIR keeps what it finds
fuzz_run()
{
	local name=$1 dir=$2 dict=$TOP/app/fuzz/$1.dict args=()

	rm -rf "$dir"
	mkdir -p "$dir"
	cp -r "$TOP/app/fuzz/corpus/$name" "$dir/corpus"
	[ ! -e "$dict" ] || args+=("-dict=$dict")
	"$FUZZ_BUILD/app/fuzz/fuzz-$name" "${args[@]}" -max_len=4096 \
		-max_total_time="${FUZZ_SECONDS:-60}" -timeout=300 -rss_limit_mb=4096 \
		-print_final_stats=1 -error_exitcode=1 -artifact_prefix="$dir/" \
		"$dir/corpus" </dev/null
}

# fuzz_report NAME DIR STATUS
fuzz_report()
{
	local file

	say "$1:"
	grep -aE 'INITED|DONE|is false|ERROR|error:|SUMMARY|^ *#[0-9]+ 0x|^stat' "$2.out" |
		tail -n 60 || true
	for file in "$2"/{crash,leak,oom,timeout}-*; do
		[ -e "$file" ] || continue
		say "base64 -d <<EOF >input && build-fuzz/app/fuzz/fuzz-$1 input"
		base64 "$file"
		say "EOF"
	done
	record_status "$1" "$3"
}

job_fuzz()
{
	local dir=$LOGS/fuzz pids=() statuses=() i name

	need_libfuzzer || {
		notice "NOT FUZZED: clang has no libFuzzer here (package libclang-rt-*-dev)"
		return 77
	}
	fuzz_build
	mkdir -p "$dir"
	# fake devices are many small files
	TMPDIR=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
	at_exit rm -rf "$TMPDIR"
	export TMPDIR UBSAN_OPTIONS=print_stacktrace=1
	for i in "${!FUZZERS[@]}"; do
		name=${FUZZERS[i]}
		# two at a time
		[ "$i" -lt 2 ] || fuzz_wait $((i - 2))
		fuzz_run "$name" "$dir/$name" >"$dir/$name.out" 2>&1 &
		pids[i]=$!
	done
	for i in "${!FUZZERS[@]}"; do
		[ -n "${statuses[i]:-}" ] || fuzz_wait "$i"
		fuzz_report "${FUZZERS[i]}" "$dir/${FUZZERS[i]}" "${statuses[i]}"
	done
}

# of job_fuzz(): statuses[i] of pids[i]
fuzz_wait()
{
	statuses[$1]=0
	wait "${pids[$1]}" || statuses[$1]=$?
}
