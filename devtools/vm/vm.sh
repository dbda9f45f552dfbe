#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# A virtual machine with Debian's kernel, its uacce, and ZIP devices that the soft
# device serves; QEMU emulates the CPU. See doc/design/vm.md.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../common.sh"

VM=$DEVTOOLS/vm
BUILD=${UACCE_ZIP_BUILD:-$TOP/build}
WORK=$BUILD/vm
MEMORY=${UACCE_ZIP_VM_MEMORY:-2048}
VM_PACKAGES=(qemu-system-x86 busybox-static cpio gzip make libelf1)
LIBDIR=/usr/lib/x86_64-linux-gnu

usage()
{
	cat <<-EOT
	Usage: vm.sh prepare SERIES         fetch and build what is needed; 77: not to be had
	       vm.sh run SERIES [CASE...]   boot, run the cases (default: all), power off
	       vm.sh shell SERIES           boot to a shell on this terminal
	       vm.sh cases                  the names of the cases

	SERIES is a kernel's, 6.12 or 6.1. The project must be built, in build/ or in
	\$UACCE_ZIP_BUILD. Kernels are fetched if need be and kept: \$UACCE_ZIP_VM_HOME
	(default: $(vm_home)).

	What a case finds are lines "@@ NAME STATUS": 0 passed, 77 skipped, else failed.
	"@@ end 0" is the last. Exit status of "run": 0; 1 if one failed; 2 if a case is
	not known; 3 if the machine ended before its cases did.

	\$UACCE_ZIP_VM_SECONDS: a longer run is cut (default: 600).
	\$UACCE_ZIP_VM_MEMORY: of the machine, in MiB (default: 2048).
	\$UACCE_ZIP_VM_CLOCK: "instructions" for time that passes with what is executed,
	however busy this machine is; slower.
	EOT
}

# The names of the cases, one a line.
cases()
{
	sed -n 's/^KNOWN_CASES="\(.*\)"$/\1/p' "$VM/cases.sh" | tr ' ' '\n'
}

# check_cases CASE...: all of them exist
check_cases()
{
	local one

	for one in "$@"; do
		if ! cases | grep -qxF -e "$one"; then
			printf 'vm.sh: no case %s; there are: %s\n' "$one" "$(cases | xargs)" >&2
			return 1
		fi
	done
}

# The console as it is; its status is what the cases say.
judge()
{
	local line failed=() ended=

	while IFS= read -r line || [ -n "$line" ]; do
		printf '%s\n' "$line"
		line=${line%$'\r'}
		[[ $line =~ ^'@@ '([^ ]+)' '([0-9]+)$ ]] || continue
		case ${BASH_REMATCH[*]:1} in
		'end 0')
			ended=1
			;;
		*' 0' | *' 77')
			;;
		*)
			failed+=("${BASH_REMATCH[1]}")
			;;
		esac
	done
	if [ -z "$ended" ]; then
		say "The machine ended before its cases did."
		return 3
	elif [ ${#failed[@]} -gt 0 ]; then
		say "Failed: ${failed[*]}"
		return 1
	fi
}

# Where kernels and modules are kept.
vm_home()
{
	local cache=${XDG_CACHE_HOME:-${HOME:-$TOP/build-deps}/.cache}

	printf '%s\n' "${UACCE_ZIP_VM_HOME:-$cache/uacce_zip-vm}"
}

# build_modules SERIES: print the folder of the modules for the kernel at hand
build_modules()
{
	local dir sources sum out abi

	dir=$(vm_home)/$1
	abi=$(cat "$dir/version")
	sources=("$VM"/module/* "$VM/emu_abi.h" "$dir/uacce/uacce.c")
	sum=$(cat "${sources[@]}" | sha256sum | cut -c 1-16)
	out=$dir/modules-$abi-$sum
	if [ ! -e "$out/uacce_emu.ko" ]; then
		rm -rf "$dir"/modules-* "$dir/build"
		mkdir -p "$dir/build"
		cp "${sources[@]}" "$dir/build"
		# no pahole here, and nobody to look at BTF
		make -C "$dir/root/usr/src/linux-headers-$abi" "M=$dir/build" \
			CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$dir/build.log" 2>&1 || {
			grep -E 'error|Error|warning' "$dir/build.log" | head -n 20 >&2
			die "the modules for Linux $abi do not build"
		}
		mkdir "$out.new"
		strip --strip-debug -o "$out.new/uacce.ko" "$dir/build/uacce.ko"
		strip --strip-debug -o "$out.new/uacce_emu.ko" "$dir/build/uacce_emu.ko"
		mv "$out.new" "$out"
	fi
	printf '%s\n' "$out"
}

# What serves the devices, and what asks the kernel questions.
build_programs()
{
	local common=$TOP/drivers/common cc

	cc=("${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror
		"-I$common/hisi_qm" "-I$common/uacce" "-I$common/uacce_soft")
	"${cc[@]}" -o "$WORK/server" "$VM/server.c" "$VM/mirror.c" \
		"$BUILD/drivers/libcommon_uacce_soft.a" -ldeflate -lisal -llz4 -lxxhash -lz \
		-lpthread
	"${cc[@]}" -o "$WORK/probe" "$VM"/probe*.c -lpthread
	# shellcheck disable=SC2046 # words
	"${cc[@]}" -DALLOW_EXPERIMENTAL_API $(pkg-config --cflags libdpdk) \
		-o "$WORK/traffic" "$VM/traffic.c" $(pkg-config --libs libdpdk) -lz
}

# add FILE...: into the image at the same place, symbolic links as such
add()
{
	local file dir target

	for file in "$@"; do
		dir=$(realpath "$(dirname "$file")")
		file=$dir/${file##*/}
		[ ! -e "$ROOT$file" ] || continue
		mkdir -p "$ROOT$dir"
		cp -P "$file" "$ROOT$file"
		if [ -L "$file" ]; then
			target=$(readlink "$file")
			[[ $target == /* ]] || target=$dir/$target
			add "$target"
		fi
	done
}

# put FILE...: into /vm of the image
put()
{
	cp "$@" "$ROOT/vm/"
}

# What programs in the image are linked with.
add_libraries()
{
	local file

	find "$ROOT" -type f -perm /111 -print0 | { xargs -0 -n 1 ldd 2>/dev/null || true; } |
		grep -oE '/[^ ]+' | sort -u | while IFS= read -r file; do
		# what the image has of its own
		if [[ $file != "$ROOT"* ]]; then
			add "$file"
		fi
	done
	# opened when a thread is cancelled
	add "$LIBDIR/libgcc_s.so.1"
}

# make_image SERIES FILE
make_image()
{
	local modules dir pmd

	modules=$(build_modules "$1")
	ROOT=$WORK/root-$1
	rm -rf "$ROOT"
	mkdir -p "$ROOT"/{dev,proc,sys,run,tmp,etc,root,vm,usr/{bin,sbin,lib,lib64},var}
	for dir in bin sbin lib lib64; do
		ln -s "usr/$dir" "$ROOT/$dir"
	done
	ln -s ../run "$ROOT/var/run"
	printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/tmp:/bin/sh\n' >"$ROOT/etc/passwd"
	cp "$(command -v busybox)" "$ROOT/bin/busybox"
	cp "$VM/init" "$ROOT/init"
	put "$VM"/cases*.sh "$modules"/*.ko "$WORK"/{server,probe,traffic} \
		"$BUILD/drivers/$PLUGIN_NAME" "$BUILD/examples/gzip-file" \
		"$BUILD/app/test-conformance/dpdk-test-compress-conformance" \
		"$(command -v dpdk-test)" "$(command -v dpdk-test-compress-perf)" \
		"$(command -v gzip)" "$WORK/text.bin"
	for pmd in bus_vdev mempool_ring; do
		add "$LIBDIR/librte_$pmd.so.23"
	done
	add_libraries
	(cd "$ROOT" && find . -print0 | cpio --null --quiet -o -H newc -R 0:0) >"$2"
	rm -rf "$ROOT"
}

# boot SERIES WORD...: for the kernel's command line; input and output are the console
boot()
{
	local dir image=$WORK/image-$1-$$ abi clock=(-accel "tcg,thread=multi")

	if [ "${UACCE_ZIP_VM_CLOCK:-}" = instructions ]; then
		clock=(-accel tcg -icount "shift=0,sleep=off")
	fi

	dir=$(vm_home)/$1
	abi=$(cat "$dir/version")
	at_exit rm -f "$image"
	make_image "$1" "$image"
	shift
	timeout -k 5 "${UACCE_ZIP_VM_SECONDS:-600}" qemu-system-x86_64 "${clock[@]}" -cpu max \
		-m "$MEMORY" -smp 2 -display none -nodefaults -no-reboot -serial stdio \
		-kernel "$dir/root/boot/vmlinuz-$abi" -initrd "$image" \
		-append "console=ttyS0 panic=-1 oops=panic quiet loglevel=4 $*"
}

prepare()
{
	local lock

	[ -e "$BUILD/drivers/$PLUGIN_NAME" ] || die "$BUILD/drivers/$PLUGIN_NAME is not built"
	[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || {
		say "this is not Debian for amd64"
		return 77
	}
	(need_packages "${VM_PACKAGES[@]}") || return 77
	mkdir -p "$(vm_home)" "$WORK"
	exec {lock}>"$(vm_home)/lock"
	flock "$lock"
	"$VM/fetch-kernel.sh" "$(vm_home)" "$1" || return 77
	build_modules "$1" >/dev/null
	exec {lock}>&-
	"$DEVTOOLS/make-corpus.sh" --size $((256 << 10)) "$WORK/corpus" >/dev/null
	cp "$WORK/corpus/text.bin" "$WORK/text.bin"
	build_programs
}

main()
{
	case ${1:-} in
	prepare)
		[ $# -eq 2 ] || { usage >&2; exit 2; }
		prepare "$2"
		;;
	run)
		[ $# -ge 2 ] || { usage >&2; exit 2; }
		check_cases "${@:3}" || exit 2
		prepare "$2"
		boot "$2" "vm_cases=$(IFS=, && echo "${*:3}")" </dev/null | judge
		;;
	shell)
		[ $# -eq 2 ] || { usage >&2; exit 2; }
		prepare "$2"
		UACCE_ZIP_VM_SECONDS=0 boot "$2" vm_shell
		;;
	cases)
		cases
		;;
	-h | --help)
		usage
		;;
	*)
		usage >&2
		exit 2
		;;
	esac
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	main "$@"
fi
