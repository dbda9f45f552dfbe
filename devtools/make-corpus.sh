#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Make files to compress from what any Debian machine has: text, machine code, and
# packets that a few programs have really exchanged over the loopback interface.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/common.sh"

usage()
{
	cat <<-EOT
	Usage: make-corpus.sh [--size BYTES] [--force] [DIR]

	Makes text.bin, elf.bin, packets.bin (and packets.pcap) of at most that size
	(default 4 MiB) in DIR (default build/corpus), unless they are there already.
	EOT
}

# Names of readable text files, always in the same order.
headers()
{
	find -L /usr/include -maxdepth 3 -type f -name '*.h' 2>/dev/null | LC_ALL=C sort
}

documents()
{
	find /usr/share/common-licenses /usr/share/doc -maxdepth 2 -type f \
		\( -path '/usr/share/common-licenses/*' -o -name copyright -o -name 'README*' \) \
		! -name '*.gz' 2>/dev/null | LC_ALL=C sort
}

scripts()
{
	find /usr/lib/python3* -maxdepth 2 -type f -name '*.py' -size -200k 2>/dev/null |
		LC_ALL=C sort
}

# head_of N: the first N bytes of the files whose names are read
head_of()
{
	{ xargs -d '\n' cat -- 2>/dev/null || true; } | head -c "$1"
}

make_text()
{
	local out=$1 size=$2 third=$(($2 / 3))

	{
		headers | head_of "$third"
		documents | head_of "$third"
		scripts | head_of $((size - 2 * third))
	} >"$out"
}

make_elf()
{
	local out=$1 size=$2 file

	# the first that is large enough
	for file in /usr/bin/python3 "$(command -v dpdk-test || true)" /bin/bash; do
		[ -r "$file" ] || continue
		head -c "$size" "$file" >"$out"
		if [ "$(stat -c %s "$out")" -eq "$size" ]; then
			return 0
		fi
	done
}

# Files of all sizes and kinds for the web server, some of them compressed ones.
files_to_serve()
{
	{
		headers | awk 'NR % 16 == 0'
		documents | awk 'NR % 8 == 0'
		scripts | awk 'NR % 16 == 0'
		find /usr/share/doc -maxdepth 2 -type f -name '*.gz' -size -64k 2>/dev/null |
			LC_ALL=C sort | awk 'NR % 16 == 0'
	} | awk '{ print (NR * 7919) % 10007, $0 }' | sort -n | cut -d ' ' -f 2-
}

make_packets()
{
	local dir=$1 size=$2 list=$1/serve.list in_netns=()

	files_to_serve >"$list"
	if unshare -n true 2>/dev/null; then
		in_netns=(unshare -n)
	elif unshare -rn true 2>/dev/null; then
		in_netns=(unshare -rn)
	fi
	if [ ${#in_netns[@]} -gt 0 ]; then
		timeout 120 "${in_netns[@]}" python3 "$DEVTOOLS/loopback-traffic.py" \
			--own-netns --size "$size" "$dir" <"$list"
	else
		# only packets from and to our own ports are taken
		warn "no network namespace to be had here, using the machine's loopback"
		timeout 120 python3 "$DEVTOOLS/loopback-traffic.py" --size "$size" "$dir" <"$list"
	fi
	rm -f "$list"
}

main()
{
	local dir=$TOP/build/corpus size=$((4 << 20)) force='' work name

	while [ $# -gt 0 ]; do
		case $1 in
		--size)
			size=$2
			shift
			;;
		--force)
			force=1
			;;
		-h | --help)
			usage
			exit 0
			;;
		-*)
			usage >&2
			exit 2
			;;
		*)
			dir=$1
			;;
		esac
		shift
	done
	if [ -z "$force" ] && [ "$(cat "$dir/complete" 2>/dev/null)" = "$size" ]; then
		say "The files are in $dir already."
		return 0
	fi
	mkdir -p "$dir"
	work=$(mktemp -d "$dir/.new.XXXXXX")
	at_exit rm -rf "$work"
	make_text "$work/text.bin" "$size"
	make_elf "$work/elf.bin" "$size"
	make_packets "$work" "$size"
	for name in text elf packets; do
		if [ "$(stat -c %s "$work/$name.bin")" -lt 65536 ]; then
			die "too little data for $name.bin on this machine"
		fi
	done
	mv "$work"/* "$dir"
	printf '%s\n' "$size" >"$dir/complete"
	(cd "$dir" && wc -c text.bin elf.bin packets.bin)
}

main "$@"
