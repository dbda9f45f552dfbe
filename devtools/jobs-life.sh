# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# Jobs of run-tests.sh about long lives and other processes. To be sourced by it.

# shellcheck disable=SC2317 # called by name

JOBS+=(
	"soak:\$SOAK_OPS (10,000,000) ops on devices with every fault, a fresh seed"
	"secondary:a DPDK secondary process is refused, the primary does not notice"
)

job_soak()
{
	need_build "${GCC_BUILD[@]}"
	export SOAK_OPS=${SOAK_OPS:-10000000} SOAK_SEED=${SOAK_SEED:-$(date +%s)}
	timeout -k 5 900 "$TOP/build/app/test/uacce-zip-test" pmd_soak
}

# in_secondary DIR PREFIX ARGUMENT...: start something beside the primary process
in_secondary()
{
	local dir=$1 prefix=$2

	shift 2
	timeout -k 5 60 "$TOP/build/app/caps/uacce-zip-caps" --no-pci --huge-dir "$dir" \
		--file-prefix "$prefix" --proc-type=secondary -d "$PLUGIN" "$@" </dev/null 2>&1
}

# secondary_run DIR: DIR is where hugepages are mounted, which processes share
secondary_run()
{
	local dir=$1 prefix=uacce_zip.sec.$$ out primary status=0

	PLUGIN=$(stage_plugin "$TOP/build")
	at_exit rm -rf "$(eal_runtime_dir)/$prefix"
	timeout -k 5 300 "$TOP/build/app/test-conformance/dpdk-test-compress-conformance" \
		--no-pci --huge-dir "$dir" --file-prefix "$prefix" -m 256 -d "$PLUGIN" \
		"--vdev=$VDEV,device=soft" -- --lenient --cases 400 \
		</dev/null >"$LOGS/primary.out" 2>&1 &
	primary=$!
	for _ in $(seq 100); do
		[ ! -S "$(eal_runtime_dir)/$prefix/mp_socket" ] || break
		sleep 0.1
	done
	# the primary's device, and one of its own
	for _ in 1 2 3; do
		out=$(in_secondary "$dir" "$prefix" --vdev=uacce_zip_own,device=soft) || status=$?
		say "$out"
		[ "$(grep -c 'uacce_zip: .*secondary process' <<<"$out")" -eq 2 ] || status=1
	done
	kill -0 "$primary" || {
		say "the primary process has ended already: nothing was tried"
		status=1
	}
	record_status refused "$status"
	status=0
	wait "$primary" || status=$?
	tail -n 5 "$LOGS/primary.out"
	record_status primary "$status"
}

job_secondary()
{
	local dir=$TOP/build/hugepages

	need_build "${GCC_BUILD[@]}"
	hugepages_reserve 300 || {
		say "processes share hugepages, of which there are none here"
		return 77
	}
	mkdir -p "$dir"
	mount -t hugetlbfs none "$dir" || {
		say "cannot mount hugetlbfs"
		return 77
	}
	at_exit rmdir "$dir"
	at_exit umount "$dir"
	secondary_run "$dir"
}
