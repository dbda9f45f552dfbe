# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Jobs of run-tests.sh that test with versions of DPDK newer than the installed one,
# built from Debian's source packages and kept for the next run. To be sourced by it.

# shellcheck disable=SC2034,SC2153,SC2317 # shared with the other files; called by name

JOBS+=(
	"autotest-newer:compressdev_autotest of DPDK 24.11 and 25.11, our drivers in their trees"
	"newer:the project built against those, and its tests there"
)

NEWER=(24.11 25.11)
# in the order in which they need each other
IN_TREE=(common/uacce_soft common/uacce common/hisi_qm compress/uacce)
# no more than dpdk-test needs for a compression driver
NEWER_OPTIONS=(-Denable_libs=compressdev -Denable_drivers="$(IFS=, && echo "${IN_TREE[*]}")"
	-Denable_apps=test -Denable_driver_sdk=true -Dplatform=generic --libdir=lib)

# Where the versions are kept: EAL must accept plug-ins from there.
newer_home()
{
	local base

	for base in "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}" "$TOP/build-deps"; do
		if mkdir -p "$base/uacce_zip-dpdk" 2>/dev/null &&
			! world_writable_above "$base/uacce_zip-dpdk"; then
			break
		fi
	done
	printf '%s\n' "$base/uacce_zip-dpdk"
}

# copy_folder FROM TO: TO gets what is in FROM. What is the same stays untouched, so
# that nothing is compiled again for it, whichever checkout it came from.
copy_folder()
{
	local file

	mkdir -p "$2" || return
	while IFS= read -r file; do
		cmp -s "$1/$file" "$2/$file" || cp "$1/$file" "$2/$file" || return
	done < <(find "$1" -maxdepth 1 -type f -printf '%f\n')
	while IFS= read -r file; do
		[ -e "$1/$file" ] || rm "$2/$file" || return
	done < <(find "$2" -maxdepth 1 -type f -printf '%f\n')
}

# put_in_tree SRC: our drivers become some of that DPDK's
put_in_tree()
{
	local src=$1/drivers driver i

	for ((i = ${#IN_TREE[@]} - 1; i >= 0; i--)); do
		driver=${IN_TREE[i]}
		copy_folder "$TOP/drivers/$driver" "$src/$driver" || return
		grep -q "^ *'${driver#*/}',$" "$src/${driver%/*}/meson.build" ||
			sed -i "s|^drivers = \[$|&\n        '${driver#*/}',|" \
				"$src/${driver%/*}/meson.build" || return
	done
}

# build_dpdk DIR: DIR/src into DIR/build, installed as DIR/prefix
build_dpdk()
{
	local dir=$1 options=("${NEWER_OPTIONS[@]}" --prefix="$1/prefix")
	# its scripts need a python with Debian's elftools
	local -x PATH=/usr/bin:/bin:$PATH CC=gcc

	put_in_tree "$dir/src" || return
	if [ "$(cat "$dir/build/.options" 2>/dev/null)" != "${options[*]}" ]; then
		rm -rf "$dir/build" "$dir/prefix"
		meson setup "$dir/build" "$dir/src" "${options[@]}" || return
		printf '%s\n' "${options[*]}" >"$dir/build/.options"
	fi
	ninja -C "$dir/build" || return
	[ ! -e "$dir/prefix/.complete" ] || return 0
	meson install -C "$dir/build" --no-rebuild >/dev/null || return
	# what is tested with it brings its own
	find "$dir/prefix" \( -name '*_uacce*' -o -name '*_hisi_qm*' \) -delete || return
	touch "$dir/prefix/.complete"
}

# for_newer FUNCTION: call it with each series and its folder, source and build there
for_newer()
{
	local home series dir log

	home=$(newer_home)
	exec {NEWER_LOCK}>"$home/lock"
	flock "$NEWER_LOCK"
	if ! grep -q ' skipped .*:source$' "$RESULTS"; then
		timeout 600 "$DEVTOOLS/fetch-newer-dpdk.sh" "$home" "${NEWER[@]}" || true
	fi
	for series in "${NEWER[@]}"; do
		dir=$home/$series
		log=$LOGS/dpdk-$series.out
		if [ ! -r "$dir/src/VERSION" ]; then
			notice "NOT TESTED with DPDK $series: its source package is not to be had"
			record "$series:source" skipped
			continue
		fi
		need_packages python3-pyelftools
		if ! build_dpdk "$dir" >"$log" 2>&1; then
			{ grep -E -A 3 'error|undefined' "$log" || tail -n 20 "$log"; } | head -n 40
			record "$series:build" failed
			continue
		fi
		say "DPDK $(cat "$dir/src/VERSION")"
		"$1" "$series" "$dir"
	done
}

autotest_with()
{
	eal_args 4096 nohuge
	DPDK_TEST_PROGRAM=$2/build/app/test/dpdk-test run_autotest "$1" "$VDEV" "" 0
}

job_autotest-newer()
{
	for_newer autotest_with
}

# conformance_with SERIES BUILD: areas of the API that came after the installed DPDK too
conformance_with()
{
	local plugin status=0

	plugin=$(stage_plugin "$2")
	eal_args 1024 nohuge
	timeout -k 5 300 "${WRAPPER[@]}" \
		"$2/app/test-conformance/dpdk-test-compress-conformance" \
		"${EAL_ARGS[@]}" -d "$plugin" "--vdev=$VDEV" -- --lenient --cases 200 </dev/null ||
		status=$?
	record_status "$1:conformance" "$status"
}

project_with()
{
	local series=$1 prefix=$2/prefix build=$TOP/build-newer-$1

	if ! PKG_CONFIG_PATH=$prefix/lib/pkgconfig need_build "$build" -Dwerror=true; then
		record "$series:project" failed
		return 0
	fi
	WRAPPER=(env "LD_LIBRARY_PATH=$prefix/lib")
	LABEL=$series
	run_cases "$build/app/test/uacce-zip-test" 120
	conformance_with "$series" "$build"
}

job_newer()
{
	for_newer project_with
}
