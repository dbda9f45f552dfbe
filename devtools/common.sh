# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Functions the scripts of this folder share. To be sourced, with bash and
# "set -euo pipefail", not run.

# shellcheck disable=SC2034 # most of these are for the sourcing scripts
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
DEVTOOLS=$TOP/devtools
PLUGIN_NAME=librte_compress_uacce.so
VDEV=uacce_zip

# What the build needs; the package of each driver of DPDK comes with "dpdk".
BUILD_PACKAGES=(dpdk dpdk-dev libdpdk-dev meson ninja-build pkg-config gcc libc6-dev binutils
	libdeflate-dev libisal-dev liblz4-dev libxxhash-dev zlib1g-dev dpkg-dev)
# What running the benchmarks needs beside it, and the tests beside that.
RUN_PACKAGES=(python3)
TEST_PACKAGES=(clang git shellcheck)

# ---------------------------------------------------------------- messages

say()
{
	printf '%s\n' "$*"
}

step()
{
	printf '\n==> %s\n' "$*"
}

warn()
{
	printf '%s: warning: %s\n' "$(basename "$0")" "$*" >&2
}

die()
{
	printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# ------------------------------------------------- cleaning up at the exit

CLEANUP=()

# at_exit COMMAND...: run it when the script ends, the last given one first.
at_exit()
{
	CLEANUP+=("$(printf '%q ' "$@")")
	trap run_cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

run_cleanup()
{
	local rc=$? i

	trap - EXIT
	set +e
	for ((i = ${#CLEANUP[@]} - 1; i >= 0; i--)); do
		eval "${CLEANUP[i]}"
	done
	exit "$rc"
}

# ---------------------------------------------------------------- packages

package_installed()
{
	local status

	status=$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) || return 1
	[ "$status" = installed ]
}

# need_packages NAME...: install those Debian packages that are missing. The
# package lists are only fetched anew if apt does not know a package or cannot
# download it. Who is not root is told what is missing.
need_packages()
{
	local name log missing=()

	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		warn "no Debian package tools here; needed (Debian's names): $*"
		return 0
	fi
	for name in "$@"; do
		package_installed "$name" || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		die "packages are missing; as root: apt-get install ${missing[*]}"
	fi
	step "Installing packages: ${missing[*]}"
	log=$(mktemp)
	if apt_install "${missing[@]}" >"$log" 2>&1; then
		rm -f "$log"
		return 0
	fi
	say "not possible with the present package lists, fetching new ones"
	if apt-get update >>"$log" 2>&1 && apt_install "${missing[@]}" >>"$log" 2>&1; then
		rm -f "$log"
		return 0
	fi
	tail -n 20 "$log" >&2
	rm -f "$log"
	die "could not install ${missing[*]}"
}

apt_install()
{
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" </dev/null
}

dpdk_version()
{
	pkg-config --modversion libdpdk 2>/dev/null || die "DPDK is not installed (libdpdk-dev)"
}

# ------------------------------------------------------------------- build

# The driver headers (rte_compressdev_pmd.h ...) come either with the installed
# DPDK or from its source package.
need_driver_headers()
{
	local inc

	for inc in $(pkg-config --cflags-only-I libdpdk | tr ' ' '\n' | sed -n 's/^-I//p'); do
		if [ -e "$inc/rte_compressdev_pmd.h" ]; then
			return 0
		fi
	done
	"$DEVTOOLS/fetch-dpdk-src.sh"
}

# meson_build DIR [MESON OPTION...]: configure DIR if need be, then build all. The
# compiler is $CC. Without options, a folder that is configured stays as it is.
meson_build()
{
	local dir=$1 stamp=$1/.meson-options

	shift
	if [ -e "$dir/build.ninja" ]; then
		if [ $# -gt 0 ] && [ "$(cat "$stamp" 2>/dev/null)" != "$*" ]; then
			meson configure "$dir" "$@" || return
			printf '%s\n' "$*" >"$stamp"
		fi
	else
		# what a failed attempt may have left
		rm -rf "$dir/meson-private" "$dir/meson-info"
		meson setup "$dir" "$TOP" "$@" || return
		printf '%s\n' "$*" >"$stamp"
	fi
	ninja -C "$dir" || return
}

# ------------------------------------------------------------ running DPDK

# True if EAL would refuse to load a plug-in from this folder: it or one of the
# folders above it may be written by everybody.
world_writable_above()
{
	local dir

	dir=$(realpath "$1")
	while :; do
		if [ -n "$(find "$dir" -maxdepth 0 -perm -0002)" ]; then
			return 0
		fi
		[ "$dir" != / ] || return 1
		dir=$(dirname "$dir")
	done
}

# A folder of our own that nobody else can write, whatever the checkout's is.
private_dir()
{
	local base dir

	for base in /var/lib "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}"; do
		if [ "$base" != /var/lib ]; then
			mkdir -p "$base" 2>/dev/null || continue
		fi
		if [ -d "$base" ] && [ -w "$base" ] && ! world_writable_above "$base"; then
			dir=$base/uacce_zip
			[ -d "$dir" ] || mkdir -m 0700 "$dir" || continue
			# made earlier by somebody else?
			[ -O "$dir" ] || continue
			chmod 0700 "$dir"
			printf '%s\n' "$dir"
			return 0
		fi
	done
	return 1
}

# stage_plugin BUILDDIR: print the plug-in's path to give to EAL with -d. It is
# the one in the build folder if EAL takes it from there, else a private copy.
stage_plugin()
{
	local plugin dir sum

	plugin=$(realpath "$1/drivers/$PLUGIN_NAME")
	if [ ! -e "$plugin" ]; then
		printf '%s is not built\n' "$plugin" >&2
		return 1
	fi
	if ! world_writable_above "$(dirname "$plugin")"; then
		printf '%s\n' "$plugin"
		return 0
	fi
	dir=$(private_dir) || {
		printf 'EAL loads no plug-in from %s, which everybody may write below\n' \
			"$(dirname "$plugin")" >&2
		return 1
	}
	# one per content: nothing is pulled from under a running program
	sum=$(sha256sum "$plugin" | cut -c 1-16)
	mkdir -p "$dir/$sum"
	if [ ! -e "$dir/$sum/$PLUGIN_NAME" ]; then
		cp "$plugin" "$dir/$sum/.new.$$"
		mv "$dir/$sum/.new.$$" "$dir/$sum/$PLUGIN_NAME"
	fi
	# and no more than a few of them
	find "$dir" -mindepth 1 -maxdepth 1 -type d -mtime +1 ! -name "$sum" \
		-exec rm -rf {} + 2>/dev/null || true
	printf '%s\n' "$dir/$sum/$PLUGIN_NAME"
}

hugepages_free()
{
	awk '/^HugePages_Free:/ { free = $2 } /^Hugepagesize:/ { size = $2 }
		END { print int(free * size / 1024) }' /proc/meminfo
}

# hugepages_reserve MIB: true if that much is free in hugepages of the default
# size, after asking the kernel for them if we may. Given back at the exit.
hugepages_reserve()
{
	local want=$1 file=/proc/sys/vm/nr_hugepages size free old new available

	size=$(awk '/^Hugepagesize:/ { print $2 }' /proc/meminfo)
	[ -n "$size" ] || return 1
	free=$(hugepages_free)
	if [ "$free" -ge "$want" ]; then
		return 0
	fi
	[ -w "$file" ] || return 1
	old=$(cat "$file")
	new=$((old + ((want - free) * 1024 + size - 1) / size))
	# not with memory that the machine needs for other things
	available=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
	if [ "$available" -lt $((want * 2)) ]; then
		return 1
	fi
	at_exit hugepages_restore "$old" "$new"
	echo "$new" 2>/dev/null >"$file" || return 1
	if [ "$(hugepages_free)" -lt "$want" ]; then
		hugepages_restore "$old" "$(cat "$file")"
		return 1
	fi
}

hugepages_restore()
{
	local old=$1 new=$2 file=/proc/sys/vm/nr_hugepages

	# leave it alone if somebody else has changed it meanwhile
	if [ "$(cat "$file")" = "$new" ]; then
		echo "$old" 2>/dev/null >"$file" || true
	fi
}

# Where EAL keeps a folder for each file prefix.
eal_runtime_dir()
{
	if [ "$(id -u)" -eq 0 ]; then
		echo /var/run/dpdk
	else
		echo "${XDG_RUNTIME_DIR:-/tmp}/dpdk"
	fi
}

PREFIX_COUNT=0

# eal_args MIB [MODE]: set EAL_ARGS for one run of a DPDK program: no PCI device,
# a file prefix of its own, and memory: MODE is "huge" (the pages are there
# already), "nohuge", or "auto" (the default: huge if it can be had).
# --in-memory takes hugepages without a hugetlbfs mount and leaves no files.
eal_args()
{
	local mib=$1 mode=${2:-auto}

	PREFIX_COUNT=$((PREFIX_COUNT + 1))
	EAL_ARGS=(--no-pci --file-prefix "uacce_zip.$$.$PREFIX_COUNT")
	# EAL leaves its files behind
	at_exit rm -rf "$(eal_runtime_dir)/uacce_zip.$$.$PREFIX_COUNT"
	if [ "$mode" = auto ]; then
		mode=nohuge
		if hugepages_reserve "$mib"; then
			mode=huge
		fi
	fi
	case $mode in
	huge)
		EAL_ARGS+=(--in-memory --iova-mode va)
		;;
	nohuge)
		EAL_ARGS+=(--no-huge -m "$mib")
		;;
	*)
		die "eal_args: $mode?"
		;;
	esac
}

# Two lcores: the first spins in the program's main loop, the second works. With
# a single CPU both are threads on it, and rates mean little.
lcore_args()
{
	if [ "$(nproc)" -ge 2 ]; then
		LCORE_ARGS=(-l "$(allowed_cpus | head -n 2 | paste -sd,)")
	else
		LCORE_ARGS=(--lcores "0@$(allowed_cpus),1@$(allowed_cpus)")
	fi
}

# The CPUs this process may use, one a line.
allowed_cpus()
{
	local list range

	list=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
	for range in ${list//,/ }; do
		seq "${range%-*}" "${range#*-}"
	done
}

# perf_tool DRIVER [PLUGIN] -- ARGUMENT...: run dpdk-test-compress-perf with the
# device DRIVER, once eal_args has been called. Its status alone does not tell
# that all went well.
perf_tool()
{
	local driver=$1 eal=("${EAL_ARGS[@]}") out status=0

	shift
	if [ "$1" != -- ]; then
		eal+=(-d "$1")
		shift
	fi
	shift
	lcore_args
	out=$(timeout -k 5 300 dpdk-test-compress-perf "${LCORE_ARGS[@]}" "${eal[@]}" \
		"--vdev=$driver" -- --driver-name "${driver%%,*}" "$@" </dev/null 2>&1) || status=$?
	printf '%s\n' "$out"
	if grep -qE 'not successful|Out of space|could not be created|not the same' <<<"$out"; then
		return 1
	fi
	return "$status"
}
