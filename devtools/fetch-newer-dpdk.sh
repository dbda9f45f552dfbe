#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Fetch Debian's source packages of DPDK versions newer than the installed one. They
# come from where the machine's packages come from, but of newer suites; as with
# fetch-dpdk-src.sh, nothing of the machine's apt is changed.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=fetch-dpdk-src.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/fetch-dpdk-src.sh"

SUITES="trixie forky sid"

usage()
{
	cat <<-EOT
	Usage: fetch-newer-dpdk.sh [--suites "NAME..."] DIR SERIES...

	Unpacks the newest DPDK of each series (such as 24.11) that can be had as
	DIR/SERIES/src, unless one is there. Suites: those of Debian to look at
	(default: "$SUITES").
	EOT
}

# The suites of this machine's release become those of others, with the like of
# its updates and security suites; whatever is not Debian's is left out.
switch_suites()
{
	local parts=$1/parts own

	own=$(. /etc/os-release && [ "${ID:-}" = debian ] && echo "${VERSION_CODENAME:-}") ||
		die "this is not a Debian system"
	[ -n "$own" ] || die "this Debian has no name"
	awk -v own="$own" -v others="$SUITES" '
	function switched(words, word, other, i, j, n, m, all) {
		n = split(words, word, /[ \t]+/)
		m = split(others, other, " ")
		for (i = 1; i <= n; i++)
			if (word[i] == own || index(word[i], own "-") == 1)
				for (j = 1; j <= m; j++)
					all = all " " other[j] substr(word[i], length(own) + 1)
		return all
	}
	BEGIN { RS = ""; FS = "\n" }
	{
		stanza = ""
		found = 0
		for (i = 1; i <= NF; i++) {
			line = $i
			if (tolower(line) ~ /^suites[ \t]*:/) {
				sub(/^[^:]*:/, "", line)
				line = switched(line)
				found = line != ""
				line = "Suites:" line
			}
			stanza = stanza line "\n"
		}
		if (found)
			print stanza
	}
	' "$parts/private.sources" >"$parts/newer.sources"
	# deb-src [options] uri suite component...
	awk -v own="$own" -v others="$SUITES" '
	{
		for (i = 2; i <= NF; i++)
			if ($i == own || index($i, own "-") == 1)
				break
		if (i > NF)
			next
		tail = substr($i, length(own) + 1)
		m = split(others, other, " ")
		for (j = 1; j <= m; j++) {
			$i = other[j] tail
			print
		}
	}
	' "$parts/private.list" >"$parts/newer.list"
	rm "$parts/private.sources" "$parts/private.list"
}

# fetch_series WORK DIR SERIES: the newest of the versions that can be downloaded
fetch_series()
{
	local work=$1 dir=$2/$3/src version upstream

	while IFS= read -r version; do
		upstream=${version#*:}
		upstream=${upstream%-*}
		if fetch_source "$work" dpdk "$version" && unpack "$work" "$upstream"; then
			mkdir -p "${dir%/*}"
			rm -rf "$dir"
			mv "$work/src" "$dir"
			say "The source of DPDK $upstream is in $dir."
			return 0
		fi
	done < <(offered_versions "$work" dpdk | grep -E "^([0-9]+:)?${3//./\\.}[.~-]" | sort -rV)
	return 1
}

main()
{
	local dir work series missing=() failed=0

	if [ "${1:-}" = --suites ] && [ $# -ge 2 ]; then
		SUITES=$2
		shift 2
	fi
	if [ $# -lt 2 ] || [[ $1 == -* ]]; then
		usage >&2
		exit 2
	fi
	dir=$(realpath -m "$1")
	for series in "${@:2}"; do
		[ -r "$dir/$series/src/VERSION" ] || missing+=("$series")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	mkdir -p "$dir"
	work=$(mktemp -d "$dir/.fetch.XXXXXX")
	at_exit rm -rf "$work"
	write_apt_config "$work"
	switch_suites "$work"
	update_lists "$work"
	for series in "${missing[@]}"; do
		fetch_series "$work" "$dir" "$series" || {
			warn "no source of DPDK $series is to be had"
			failed=1
		}
	done
	return "$failed"
}

main "$@"
