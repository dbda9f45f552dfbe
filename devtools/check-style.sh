#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Check how the project's files are written.
# Usage: check-style.sh [--list | CHECK...]

# shellcheck disable=SC2317 # the checks are called by name

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/common.sh"

CHECKS=(spdx whitespace indent width shell python paths)
MAX_WIDTH=100

# All files, or those that git knows or would add if this is a checkout.
all_files()
{
	if [ -e .git ]; then
		git -c safe.directory="$TOP" ls-files --cached --others --exclude-standard
	else
		find . -path './build*' -prune -o -name __pycache__ -prune -o -type f -printf '%P\n'
	fi
}

# Those that are text.
project_files()
{
	local file

	all_files | LC_ALL=C sort -u |
		while IFS= read -r file; do
			# empty and binary ones have no text to look at
			if [ -s "$file" ] && [ ! -L "$file" ] && grep -qI . "$file"; then
				printf '%s\n' "$file"
			fi
		done
}

# code_files: those in which people write code
code_files()
{
	printf '%s\n' "${FILES[@]}" | grep -E -e '\.(c|h|sh|py|map|supp)$' -e '^\.ci/run$' \
		-e '(^|/)(meson\.build|meson_options\.txt|Kbuild|Makefile)$' || true
}

shell_files()
{
	local file

	for file in "${FILES[@]}"; do
		if [[ $file == *.sh ]] || head -n 1 "$file" | grep -qE '^#!.*[/ ](ba|da)?sh\b'; then
			printf '%s\n' "$file"
		fi
	done
}

# no_output WHAT: fail if there is any input, and show it
no_output()
{
	local found

	found=$(head -n 40)
	if [ -n "$found" ]; then
		printf '%s:\n%s\n' "$1" "$found"
		return 1
	fi
}

# Who may use it: every file says so in its first lines, but for those that have
# no comments and the texts of the licences.
check_spdx()
{
	local file licence

	for file in "${FILES[@]}"; do
		licence='BSD-3-Clause'
		case $file in
		devtools/vm/module/*)
			# part of a kernel
			licence='\(GPL-2.0-only\|BSD-3-Clause\)'
			;;
		LICENSES/* | VERSION | *.json | *.pem | *.csv | *.svg | *.patch | *.diff)
			continue
			;;
		.gitignore | .gitattributes | */.gitignore)
			continue
			;;
		doc/guides/*/features/*.ini)
			# DPDK's have none either
			continue
			;;
		esac
		if ! head -n 8 "$file" | grep -q "SPDX-License-Identifier: $licence"; then
			printf '%s: no SPDX line\n' "$file"
		elif ! head -n 8 "$file" | grep -q 'Copyright(c) 20[0-9][0-9]'; then
			printf '%s: no copyright line\n' "$file"
		fi
	done | no_output "licence"
}

check_whitespace()
{
	local file

	{
		grep -nE '[[:space:]]+$' "${FILES[@]}" /dev/null || true
		for file in "${FILES[@]}"; do
			if [ -n "$(tail -c 1 "$file")" ]; then
				printf '%s: no newline at the end\n' "$file"
			elif [ -z "$(tail -n 1 "$file")" ]; then
				printf '%s: empty line at the end\n' "$file"
			fi
		done
	} | no_output "trailing white space"
}

# C and shell are indented by tabs, with a few spaces at most to align the rest of
# a statement.
check_indent()
{
	printf '%s\n' "${FILES[@]}" | { grep -E '\.(c|h|sh)$' || true; } |
		{ xargs -r -d '\n' grep -nE $'^[ \t]*(        | \t)' /dev/null || true; } |
		no_output "indented by spaces"
}

check_width()
{
	local file

	while IFS= read -r file; do
		# a tab is as wide as eight
		expand "$file" | awk -v file="$file" -v max="$MAX_WIDTH" \
			'length($0) > max { print file ":" NR ": " length($0) " columns" }'
	done < <(code_files) | no_output "lines of more than $MAX_WIDTH columns"
}

check_shell()
{
	local files

	if ! command -v shellcheck >/dev/null; then
		say "shellcheck is not installed"
		return 77
	fi
	mapfile -t files < <(shell_files)
	shellcheck -x "${files[@]}"
}

check_python()
{
	local file

	while IFS= read -r file; do
		python3 -c 'import ast, sys
ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$file" 2>&1 || true
	done < <(printf '%s\n' "${FILES[@]}" | grep '\.py$') | no_output "syntax"
}

# Folders of somebody's machine have no place in the project.
check_paths()
{
	{ grep -nE '(^|[^A-Za-z0-9_./<-])/(root|home|work|scratch|mnt|srv|Users)/[A-Za-z0-9_.]' \
		"${FILES[@]}" /dev/null || true; } | no_output "paths of one machine"
}

main()
{
	local check failed=0 status

	cd "$TOP"
	if [ "${1:-}" = --list ]; then
		printf '%s\n' "${CHECKS[@]}"
		exit 0
	fi
	if [ $# -eq 0 ]; then
		set -- "${CHECKS[@]}"
	fi
	mapfile -t FILES < <(project_files)
	[ ${#FILES[@]} -gt 0 ] || die "no files found"
	for check in "$@"; do
		[[ " ${CHECKS[*]} " == *" $check "* ]] || die "no such check: $check"
		status=0
		"check_$check" || status=$?
		case $status in
		0)
			say "$check: ok"
			;;
		77)
			say "$check: skipped"
			;;
		*)
			say "$check: FAILED"
			failed=1
			;;
		esac
	done
	exit "$failed"
}

main "$@"
