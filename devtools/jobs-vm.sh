# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Job of run-tests.sh that runs the driver on genuine kernels: Linux with its uacce in a
# virtual machine, whose devices the soft device serves. To be sourced by it.

# shellcheck disable=SC2034,SC2317 # shared with the other files; called by name

JOBS+=(
	"vm:genuine kernels of Debian in QEMU: ABI, autotest, conformance, life of queues"
)

VM_KERNELS=(6.12 6.1)

# vm_missing SERIES: it or QEMU cannot be had here. CI has to have them.
vm_missing()
{
	if [ -n "${CI:-}" ]; then
		record "$1:kernel" failed
	else
		notice "NOT TESTED on Linux $1: it or what runs it is not to be had"
		record "$1:kernel" skipped
	fi
}

# vm_report SERIES LOG: the cases that ended in the virtual machine
vm_report()
{
	local line

	while IFS= read -r line; do
		line=${line%$'\r'}
		if [[ $line =~ ^'@@ '([^ ]+)' '([0-9]+)$ ]]; then
			record_status "$1:${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
		else
			printf '%s\n' "$line"
		fi
	done <"$2"
}

# vm_once LOG SERIES CASE...
vm_once()
{
	local log=$1

	shift
	"$DEVTOOLS/vm/vm.sh" run "$@" >"$log" 2>&1
}

# vm_run SERIES CASE...
vm_run()
{
	local log=$LOGS/vm-$1.out tries=1

	# its status is in the lines of the cases
	vm_once "$log" "$@" || true
	# dpdk-test gives an op 100 ms, which on a loaded machine may be too short for this
	while [ "$2" = autotest ] && [ "$tries" -lt 3 ] && grep -q '^@@ end 0' "$log" &&
		! grep -q '^@@ autotest:summary 0' "$log"; do
		tries=$((tries + 1))
		grep -E 'failed|Failed' "$log" || true
		notice "$1: the autotest failed and is tried again: see vm.log"
		vm_once "$log" "$@" || true
	done
	vm_report "$1" "$log"
	if ! grep -q '^@@ end 0' "$log"; then
		say "the virtual machine for ${*:2} ended early"
		record "$1:machine" failed
	fi
}

# vm_kernel SERIES
vm_kernel()
{
	local status=0 cases

	"$DEVTOOLS/vm/vm.sh" prepare "$1" || status=$?
	case $status in
	0)
		;;
	77)
		vm_missing "$1"
		return 0
		;;
	*)
		record "$1:prepare" failed
		return 0
		;;
	esac
	# dpdk-test gives an op 100 ms: those of an idle machine. 6.1 does not boot so.
	if [ "$1" = 6.12 ]; then
		UACCE_ZIP_VM_CLOCK=instructions vm_run "$1" autotest
	else
		vm_run "$1" autotest
	fi
	mapfile -t cases < <("$DEVTOOLS/vm/vm.sh" cases | grep -vx autotest)
	vm_run "$1" "${cases[@]}"
}

job_vm()
{
	local series

	need_build "${GCC_BUILD[@]}"
	for series in "${VM_KERNELS[@]}"; do
		vm_kernel "$series"
	done
}
