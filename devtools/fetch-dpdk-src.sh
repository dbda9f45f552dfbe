#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Fetch the Debian source package of the installed DPDK, for the driver headers
# that libdpdk-dev leaves out, and unpack it where meson.build looks for it.
#
# The sources are asked from where the machine's binary packages come from, with
# package lists of our own: nothing of the machine's apt is changed, and whoever
# may write the target folder can run this.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/common.sh"

usage()
{
	cat <<-EOT
	Usage: fetch-dpdk-src.sh [--dir DIR]

	Fetches the source of the installed DPDK's version into DIR
	(default: build-deps/dpdk-src in the project's folder).
	EOT
}

# What to do when we can't.
instead()
{
	printf '%s: error: %s\n' "$(basename "$0")" "$1" >&2
	cat >&2 <<-EOT

	Instead: get the source of DPDK $(pkg-config --modversion libdpdk 2>/dev/null) by yourself,
	unpack it, and tell the build where it is: meson setup build -Ddpdk_src=DIR
	(DIR/VERSION must say the version of the installed DPDK). A DPDK that was
	installed with meson's -Denable_driver_sdk=true needs no source.
	EOT
	exit 1
}

# Turn the "deb" entries of deb822 files (*.sources) into "deb-src" ones. Comments
# and disabled stanzas are left out; other fields stay, with their continuations.
sources_from_deb822()
{
	awk '
	function flush() {
		if (n && wanted && enabled) {
			for (i = 0; i < n; i++)
				print line[i]
			print ""
		}
		n = 0
		wanted = 0
		enabled = 1
		skip = 0
	}
	BEGIN { n = 0; flush() }
	FNR == 1 { flush() }
	/^#/ { next }
	/^[ \t\r]*$/ { flush(); next }
	/^[ \t]/ {
		if (!skip)
			line[n++] = $0
		next
	}
	{
		field = tolower($0)
		sub(/[ \t]*:.*/, "", field)
		value = tolower($0)
		sub(/^[^:]*:[ \t]*/, "", value)
		sub(/[ \t\r]+$/, "", value)
		skip = 0
		if (field == "types") {
			if (value ~ /(^|[ \t])deb([ \t]|$)/ || value ~ /deb-src/)
				wanted = 1
			line[n++] = "Types: deb-src"
			skip = 1
		} else if (field == "enabled") {
			if (value ~ /^(no|false|0|without|off|disable)$/)
				enabled = 0
			skip = 1
		} else if (field == "architectures") {
			# sources have none
			skip = 1
		} else {
			line[n++] = $0
		}
	}
	END { flush() }
	' "$@"
}

# The same for one-line entries (*.list): "deb [options] uri suite component...".
sources_from_list()
{
	sed -E -n \
		-e 's/[[:space:]]*#.*$//' \
		-e 's/^[[:space:]]*deb(-src)?[[:space:]]+/deb-src /p' \
		"$@" | sort -u
}

# Write the private configuration of apt to DIR.
write_apt_config()
{
	local work=$1 main='' parts='' file config

	config=$(apt-config shell main Dir::Etc::SourceList/f parts Dir::Etc::SourceParts/d)
	eval "$config"
	mkdir -p "$work/parts" "$work/lists/partial" "$work/cache/archives/partial"
	: >"$work/parts/private.list"
	: >"$work/parts/private.sources"
	if [ -n "$main" ] && [ -r "$main" ]; then
		sources_from_list "$main" >>"$work/parts/private.list"
	fi
	for file in "${parts%/}"/*; do
		[ -r "$file" ] || continue
		case $file in
		*.list)
			sources_from_list "$file" >>"$work/parts/private.list"
			;;
		*.sources)
			sources_from_deb822 "$file" >>"$work/parts/private.sources"
			;;
		esac
	done
	if [ ! -s "$work/parts/private.list" ] && [ ! -s "$work/parts/private.sources" ]; then
		instead "this machine's apt has no package source in use"
	fi
	# the hooks of the machine are for its own lists
	cat >"$work/apt.conf" <<-EOT
	#clear APT::Update::Pre-Invoke;
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	Dir::Etc::SourceList "/dev/null";
	Dir::Etc::SourceParts "$work/parts";
	Dir::State::Lists "$work/lists";
	Dir::Cache "$work/cache";
	Dir::Cache::archives "archives";
	Dir::Cache::pkgcache "";
	Dir::Cache::srcpkgcache "";
	Acquire::Retries "3";
	Acquire::Languages "none";
	EOT
	if [ "$(id -u)" -eq 0 ]; then
		chmod -R a+rX "$work"
		# root's apt downloads as another user, who must get at the folder
		if ! runuser -u _apt -- test -r "$work/apt.conf" 2>/dev/null; then
			printf 'APT::Sandbox::User "root";\n' >>"$work/apt.conf"
		fi
	fi
}

# The versions of a source package that the lists have.
offered_versions()
{
	apt-cache -c "$1/apt.conf" showsrc "$2" 2>/dev/null | sed -n 's/^Version: //p' | sort -uV
}

update_lists()
{
	step "Fetching the lists of source packages"
	if ! apt-get -c "$1/apt.conf" -qq update >"$1/update.log" 2>&1; then
		# other package sources may fail: what counts is whether ours is there
		tail -n 5 "$1/update.log" >&2
	fi
}

# fetch_source WORK PACKAGE VERSION: into WORK/download
fetch_source()
{
	local work=$1 package=$2 version=$3

	step "Fetching the source package $package $version"
	rm -rf "$work/download"
	mkdir "$work/download"
	if [ "$(id -u)" -eq 0 ]; then
		chown _apt "$work/download" 2>/dev/null || true
	fi
	# apt checks the hashes against the signed lists
	(cd "$work/download" &&
		apt-get -c "$work/apt.conf" -qq source --download-only "$package=$version")
}

download()
{
	local work=$1 package=$2 version=$3 offered

	update_lists "$work"
	offered=$(offered_versions "$work" "$package")
	if ! grep -qxF -- "$version" <<<"$offered"; then
		if [ -z "$offered" ]; then
			instead "no source package $package where this machine's packages come from"
		fi
		instead "installed is $package $version, but the source is on offer only for \
$(paste -sd' ' <<<"$offered"); if that is newer, upgrade the packages of DPDK and try again"
	fi
	fetch_source "$work" "$package" "$version" ||
		instead "apt-get could not fetch the source package"
}

unpack()
{
	local work=$1 want=$2 dsc=("$1"/download/*.dsc)

	step "Unpacking"
	[ -e "${dsc[0]}" ] || die "apt-get has fetched no .dsc"
	dpkg-source --no-copy -x "${dsc[0]}" "$work/src" >"$work/unpack.log" 2>&1 || {
		tail -n 10 "$work/unpack.log" >&2
		die "dpkg-source could not unpack ${dsc[0]##*/}"
	}
	if [ "$(cat "$work/src/VERSION")" != "$want" ]; then
		die "the source says version $(cat "$work/src/VERSION"), wanted is $want"
	fi
}

main()
{
	local dir=$TOP/build-deps/dpdk-src want work source package version tool

	while [ $# -gt 0 ]; do
		case $1 in
		--dir)
			[ $# -ge 2 ] || die "--dir needs a folder"
			dir=$2
			shift
			;;
		--dir=*)
			dir=${1#--dir=}
			;;
		-h | --help)
			usage
			exit 0
			;;
		*)
			usage >&2
			exit 2
			;;
		esac
		shift
	done
	command -v pkg-config >/dev/null || die "pkg-config is not installed"
	want=$(dpdk_version)
	dir=$(realpath -m "$dir")
	if [ -r "$dir/VERSION" ] && [ "$(cat "$dir/VERSION")" = "$want" ]; then
		say "The source of DPDK $want is in $dir already."
		exit 0
	fi
	for tool in apt-get apt-config dpkg-query; do
		command -v "$tool" >/dev/null || instead "no $tool: this is not a Debian system"
	done
	command -v dpkg-source >/dev/null ||
		die "dpkg-source is not installed; as root: apt-get install dpkg-dev"
	source=$(dpkg-query -W -f '${source:Package} ${source:Version}' libdpdk-dev 2>/dev/null) ||
		instead "the installed DPDK $want is not from the package libdpdk-dev"
	package=${source% *}
	version=${source#* }
	case $version in
	"$want"-* | *:"$want"-* | "$want"~* | *:"$want"~*)
		;;
	*)
		instead "pkg-config finds DPDK $want, the package libdpdk-dev is $version"
		;;
	esac
	if [ -e "$dir" ] && [ ! -e "$dir/VERSION" ] && [ -n "$(ls -A "$dir")" ]; then
		die "$dir exists and is not a DPDK source tree"
	fi
	mkdir -p "$(dirname "$dir")" || instead "cannot write $(dirname "$dir")"
	work=$(mktemp -d "$(dirname "$dir")/.fetch.XXXXXX") ||
		instead "cannot write $(dirname "$dir")"
	at_exit rm -rf "$work"
	write_apt_config "$work"
	download "$work" "$package" "$version"
	unpack "$work" "$want"
	rm -rf "$dir"
	mv "$work/src" "$dir"
	say "The source of DPDK $want is in $dir."
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	main "$@"
fi
