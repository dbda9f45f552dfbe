#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Fetch Debian's kernels: image, what modules are built with, and the folder of uacce
# from the package of the source. Packages are unpacked, not installed, and the lists
# of packages are our own: nothing of the machine's apt is changed.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../common.sh"

usage()
{
	cat <<-EOT
	Usage: fetch-kernel.sh DIR SERIES...

	Unpacks the newest kernel of each series (such as 6.12) that can be had into
	DIR/SERIES, unless one is there:
	    version   its ABI, e.g. 6.1.0-56-cloud-amd64
	    root/     image, headers and build tools
	    uacce/    drivers/misc/uacce of the same version's source
	EOT
}

# Package lists and cache of our own in WORK; sources and keys are the machine's.
write_apt_config()
{
	local work=$1

	mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/download"
	cat >"$work/apt.conf" <<-EOT
	#clear APT::Update::Pre-Invoke;
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	Dir::State::Lists "$work/lists";
	Dir::Cache "$work/cache";
	Dir::Cache::archives "archives";
	Acquire::Retries "3";
	Acquire::Languages "none";
	EOT
	if [ "$(id -u)" -eq 0 ]; then
		chmod -R a+rX "$work"
		chown _apt "$work/download" 2>/dev/null || true
		# root's apt downloads as another user, who must get at the folder
		if ! runuser -u _apt -- test -r "$work/apt.conf" 2>/dev/null; then
			printf 'APT::Sandbox::User "root";\n' >>"$work/apt.conf"
		fi
	fi
}

update_lists()
{
	step "Fetching the lists of packages"
	if ! apt-get -c "$1/apt.conf" -qq update >"$1/update.log" 2>&1; then
		# other package sources may fail: what counts is whether ours is there
		tail -n 5 "$1/update.log" >&2
	fi
}

# The kernels of a series on offer, newest first, as "version ABI".
offered_kernels()
{
	local work=$1 series=$2 name

	apt-cache -c "$work/apt.conf" search --names-only \
		"^linux-headers-${series//./\\.}\\..*-cloud-amd64$" | cut -d' ' -f1 |
		while IFS= read -r name; do
			apt-cache -c "$work/apt.conf" show "$name" |
				awk -v abi="${name#linux-headers-}" \
					'/^Version: / { print $2, abi }'
		done | sort -rV
}

# What the headers need to build modules, as "package=version".
build_packages()
{
	apt-cache -c "$1/apt.conf" show "linux-headers-$3=$2" |
		sed -n 's/^Depends: //p' | tr ',' '\n' |
		sed -n -E "s/^ *(linux-(headers|kbuild)-[^ ]+).*/\1=$2/p"
}

# unpack_packages WORK TARGET: WORK/download into TARGET
unpack_packages()
{
	local work=$1 target=$2 package tar

	for package in "$work"/download/*.deb; do
		case $package in
		*/linux-source-*)
			dpkg -x "$package" "$work/source" || return
			;;
		*)
			dpkg -x "$package" "$target/root" || return
			;;
		esac
	done
	tar=$(find "$work/source/usr/src" -name 'linux-source-*.tar.*' | head -n 1)
	mkdir -p "$target/uacce"
	tar -C "$target/uacce" -xf "$tar" --wildcards --strip-components=4 \
		'*/drivers/misc/uacce/*' || return
	[ -s "$target/uacce/uacce.c" ]
}

# fetch_kernel WORK DIR SERIES VERSION ABI
fetch_kernel()
{
	local work=$1 target=$1/target dir=$2/$3 version=$4 abi=$5 packages

	step "Fetching Linux $abi, $version"
	rm -rf "$target" "$work/source"
	mkdir -p "$target/root" "$work/source"
	find "$work/download" -type f -delete
	mapfile -t packages < <(build_packages "$work" "$version" "$abi")
	(cd "$work/download" && apt-get -c "$work/apt.conf" -qq download \
		"linux-image-$abi-unsigned=$version" "linux-headers-$abi=$version" \
		"linux-source-$3=$version" "${packages[@]}") || return
	unpack_packages "$work" "$target" || die "the packages of Linux $abi do not unpack"
	# the only absolute path in what is not installed
	sed -i "s|/usr/src/|$dir/root/usr/src/|" "$target/root/usr/src/linux-headers-$abi/Makefile"
	printf '%s\n' "$abi" >"$target/version"
	rm -rf "$dir"
	mv "$target" "$dir"
	say "Linux $abi is in $dir."
}

fetch_series()
{
	local work=$1 dir=$2 series=$3 version abi

	while read -r version abi; do
		! fetch_kernel "$work" "$dir" "$series" "$version" "$abi" || return 0
	done < <(offered_kernels "$work" "$series")
	return 1
}

main()
{
	local dir work series missing=() failed=0

	if [ $# -lt 2 ] || [[ $1 == -* ]]; then
		usage >&2
		exit 2
	fi
	dir=$(realpath -m "$1")
	for series in "${@:2}"; do
		[ -r "$dir/$series/version" ] || missing+=("$series")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	mkdir -p "$dir"
	work=$(mktemp -d "$dir/.fetch.XXXXXX")
	at_exit rm -rf "$work"
	write_apt_config "$work"
	update_lists "$work"
	for series in "${missing[@]}"; do
		fetch_series "$work" "$dir" "$series" || {
			warn "no Linux $series is to be had"
			failed=1
		}
	done
	return "$failed"
}

main "$@"
