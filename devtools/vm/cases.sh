#!/bin/sh
# shellcheck disable=SC2034,SC1091 # used by cases_life.sh, which is beside it there
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# What runs in the virtual machine, by busybox. A case ends with a line
# "@@ NAME STATUS"; what it printed before belongs to it. 0: passed, 77: skipped.

DRIVER=/sys/bus/platform/drivers/uacce_emu
CLASS=/sys/class/uacce/hisi_zip-0
# the engine alone, so that nothing is hidden; and with the soft lanes beside it
ALONE=--vdev=uacce_zip,device=hw,fallback=off
WITH_SOFT=--vdev=uacce_zip,device=hw
VDEV=$ALONE
EAL="--no-pci --no-huge -m 512 -d /vm/librte_compress_uacce.so"
# all that there are, in the order in which they run
KNOWN_CASES="autotest abi perf conformance gzip life server noise v2_perf v2_conformance v2_gzip"
SERVER=
OUT=/tmp/out.$(id -u)
LABEL=

# start_devices [MODULE PARAMETER...]: with $DELAY us for each request
start_devices()
{
	[ -d /sys/module/uacce ] || insmod /vm/uacce.ko || return
	insmod /vm/uacce_emu.ko "$@" || return
	start_server
}

start_server()
{
	/vm/server "${DELAY:-0}" >/run/server.out 2>&1 &
	SERVER=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		! grep -q serving /run/server.out || return 0
		sleep 0.2
	done
	return 1
}

# end_server SIGNAL
end_server()
{
	kill "-$1" "$SERVER" || return
	wait "$SERVER" 2>/dev/null
	return 0
}

stop_devices()
{
	end_server TERM && rmmod uacce_emu
}

available()
{
	cat $CLASS/available_instances
}

# result NAME STATUS
result()
{
	echo
	echo "@@ $LABEL$1 $2"
}

# check NAME COMMAND...: a case that the command decides
check()
{
	name=$1
	shift
	"$@"
	result "$name" $?
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for()
{
	tries=$(($1 * 10))
	shift
	while [ $tries -gt 0 ]; do
		! "$@" || return 0
		tries=$((tries - 1))
		sleep 0.1
	done
	return 1
}

all_free()
{
	[ "$(available)" = "$ALL" ]
}

# The engines have done something for their clients.
engine_used()
{
	grep -E 'queue .*: [1-9][0-9]* requests' /run/server.out | tail -n 1 | grep .
}

# app PROGRAM ARGUMENT...: a DPDK program on $VDEV
app()
{
	program=$1
	shift
	# shellcheck disable=SC2086 # words
	timeout "${SECONDS_MAX:-120}" "$program" $EAL --file-prefix "p$$" "$VDEV" "$@" \
		</dev/null 2>&1
}

# ------------------------------------------------------- programs on the engine

# The server saw no client do what it must not.
no_mistakes()
{
	! grep mistake /run/server.out
}

case_autotest()
{
	DPDK_TEST=compressdev_autotest app /vm/dpdk-test -l 0 >/run/autotest.out
	status=$?
	cat /run/autotest.out
	sed -n -E 's/^ *\+ TestCase .*\] : (test_compressdev_)?(.*) (succeeded|failed)$/\2 \3/p' \
		/run/autotest.out | while read -r name state; do
		[ "$state" = succeeded ]
		result "autotest:$name" $?
	done
	# fixed codes (three cases) and checksums (two) are not the engine's
	awk -v status=$status '
		/\+ Tests (Executed|Unsupported|Passed|Failed) *:/ { n[$3] = $5 }
		END { exit !(status == 0 && n["Executed"] > 0 && n["Failed"] == 0 &&
			n["Passed"] == n["Executed"] && n["Unsupported"] <= 5) }' /run/autotest.out
	result autotest:summary $?
	check autotest:engine engine_used
	check autotest:clean no_mistakes
	check autotest:free all_free
}

perf_verify()
{
	app /vm/dpdk-test-compress-perf -l 0,1 -- --driver-name uacce_zip --ptest verify \
		--input-file /vm/text.bin --operation comp_and_decomp --compress-level 1 \
		--num-iter 1 --pool-sz 2048 --burst-sz 32 "$@" >"$OUT"
	status=$?
	cat "$OUT"
	[ $status -eq 0 ] &&
		! grep -qE 'not successful|Out of space|could not be created|not the same' "$OUT"
}

case_perf()
{
	check perf:1408x1 perf_verify --seg-sz 1408 --max-num-sgl-segs 1
	check perf:32768x1 perf_verify --seg-sz 32768 --max-num-sgl-segs 1
	check perf:512x8 perf_verify --seg-sz 512 --max-num-sgl-segs 8
	check perf:engine engine_used
	check perf:clean no_mistakes
}

case_conformance()
{
	SECONDS_MAX=240 check conformance app /vm/dpdk-test-compress-conformance -l 0 -- \
		--lenient --cases "${CASES:-12}" --seed 20261122
	check conformance:free all_free
}

# same_after_gzip FILE COMMAND...: which makes /tmp/out.gz of it
same_after_gzip()
{
	file=$1
	shift
	rm -f /tmp/out.gz
	"$@" && /vm/gzip -t /tmp/out.gz && /vm/gzip -dc /tmp/out.gz | cmp - "$file"
}

# The example wants checksums, which no engine has: its data go by the soft lane.
case_gzip()
{
	head -c 100 /vm/text.bin >/tmp/100
	for file in /tmp/100 /vm/text.bin /vm/server; do
		check "gzip:${file##*/}" same_after_gzip $file /vm/probe gzip $file /tmp/out.gz
		VDEV=$WITH_SOFT check "gzip-file:${file##*/}" same_after_gzip $file \
			app /vm/gzip-file -l 0 -- $file /tmp/out.gz
	done
	check gzip:clean no_mistakes
}

# -------------------------------------------------------------------- the kernel

case_abi()
{
	echo 8 >/proc/sys/vm/nr_hugepages
	/vm/probe abi
	result abi:end $?
	echo 0 >/proc/sys/vm/nr_hugepages
	check abi:ring timeout 60 /vm/probe ring 3
	check abi:free all_free
}

# shellcheck source=cases_life.sh
. /vm/cases_life.sh

# Nothing that a client writes may harm the server, or another client.
case_noise()
{
	for seed in 1 2; do
		check noise:$seed timeout 60 /vm/probe noise $seed
	done
	check noise:free wait_for 10 all_free
	check noise:next perf_verify --seg-sz 8192 --max-num-sgl-segs 1
}

# --------------------------------------------------------------------------- main

# run CASE: "v2_CASE" is the case with devices of that version
run()
{
	LABEL=
	VDEV=$ALONE
	case $1 in
	v2_*)
		# such an engine does not decompress
		VDEV=$WITH_SOFT
		LABEL=v2:
		start_devices api=2 || return
		;;
	*)
		start_devices api=3 || return
		;;
	esac
	ALL=$(available)
	# what clients do wrong is in the server's output
	"case_${1#v2_}"
	tail -n 40 /run/server.out
	LABEL=
	check "$1:server" stop_devices
}

main()
{
	cases=$(sed -n 's/.*vm_cases=\([^ ]*\).*/\1/p' /proc/cmdline | tr , ' ')
	for one in ${cases:-$KNOWN_CASES}; do
		start=$(cut -d. -f1 /proc/uptime)
		run "$one" || result "$one" 1
		echo "$one took $(($(cut -d. -f1 /proc/uptime) - start)) s"
	done
	result end 0
}

case $0 in
*cases.sh)
	main
	;;
esac
