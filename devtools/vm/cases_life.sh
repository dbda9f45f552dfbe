# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
#
# What happens to queues and their users. To be sourced by cases.sh.

# shellcheck disable=SC2154,SC2034,SC2086 # of cases.sh

# start PROGRAM...: in the background, output to /run/app.out
start()
{
	"$@" >/run/app.out 2>&1 </dev/null &
	PID=$!
}

# The application, without a shell around it that a signal would end instead.
start_traffic()
{
	# shellcheck disable=SC2086 # words
	start /vm/traffic -l 0 $EAL --file-prefix "t$$" "$VDEV" -- "$@"
}

# said WORDS: the application has printed them
said()
{
	grep -qE "$1" /run/app.out
}

# The counters of the application's last line.
oks()
{
	sed -n -E 's/^traffic: (ended, )?([0-9]+) ok ([0-9]+) errors$/\2/p' /run/app.out | tail -n 1
}

errors()
{
	sed -n -E 's/^traffic: (ended, )?([0-9]+) ok ([0-9]+) errors$/\3/p' /run/app.out | tail -n 1
}

# more_than OKS: ops have gone well since
more_than()
{
	[ "$(oks)" -gt "$1" ]
}

# goes_on: ops still go well
goes_on()
{
	wait_for 20 more_than "$(oks)"
}

# finish [SIGNAL]: how the application ended
finish()
{
	kill "-${1:-TERM}" $PID
	wait $PID 2>/dev/null
	STATUS=$?
	cat /run/app.out
	return $STATUS
}

works()
{
	perf_verify --seg-sz 8192 --max-num-sgl-segs 1
}

# Killed with as much in flight as its rings hold.
life_kill()
{
	start_traffic
	check kill:runs wait_for 60 said 'traffic: [1-9]'
	# one of its lanes may wait before it opens a queue again
	check kill:holds wait_for 10 not all_free
	finish KILL
	check kill:status test $STATUS -eq 137
	check kill:free wait_for 10 all_free
	start /vm/probe flight 500
	check kill500:runs wait_for 20 said 'in flight: 500'
	finish KILL
	check kill500:free wait_for 10 all_free
	check kill:next works
}

not()
{
	! "$@"
}

# Another process has all queues.
life_taken()
{
	start /vm/probe hold 1000
	check taken:all wait_for 10 said 'holding 16: .*busy'
	holder=$PID
	works >/run/taken.out 2>&1
	status=$?
	cat /run/taken.out
	check taken:refused test $status -ne 0
	check taken:told grep -q 'all queues of the device are in use' /run/taken.out
	VDEV=$WITH_SOFT
	check taken:soft-lane works
	# the application gets queues once there are some
	start_traffic
	check taken:runs wait_for 60 said 'traffic: [1-9]'
	kill -9 "$holder"
	wait "$holder" 2>/dev/null
	check taken:engine wait_for 10 in_use
	check taken:end finish
	check taken:free wait_for 10 all_free
}

in_use()
{
	[ "$(available)" -lt "$ALL" ] && [ "$(available)" -gt $((ALL - 8)) ]
}

# The device goes away under its user, and comes back.
life_unbind()
{
	start_traffic
	check unbind:runs wait_for 60 said 'traffic: [1-9]'
	echo uacce_emu.0 >$DRIVER/unbind
	check unbind:gone not test -e $CLASS
	if [ "$VDEV" = "$WITH_SOFT" ]; then
		check unbind:soft-lane goes_on
	else
		sleep 1
	fi
	check unbind:alive kill -0 $PID
	echo uacce_emu.0 >$DRIVER/bind
	check unbind:back wait_for 20 in_use
	check unbind:engine goes_on
	check unbind:end finish
	# no more than what was in flight on the engine, but every attempt without one
	if [ "$VDEV" = "$WITH_SOFT" ]; then
		check unbind:errors test "$(errors)" -le 512
	fi
	check unbind:free wait_for 10 all_free
	check unbind:next works
}

# The device is reset: its queues stop, opening fails for a while.
life_reset()
{
	start_traffic
	check reset:runs wait_for 60 said 'traffic: [1-9]'
	echo 1 >$CLASS/device/resetting
	sleep 1
	check reset:alive kill -0 $PID
	echo 0 >$CLASS/device/resetting
	check reset:engine goes_on
	check reset:told said 'reset'
	check reset:end finish
	check reset:free wait_for 10 all_free
}

# A child of fork() must not disturb its parent.
life_fork()
{
	start_traffic fork
	check fork:runs wait_for 60 said 'traffic: [1-9]'
	check fork:parent goes_on
	check fork:end finish
	check fork:free wait_for 10 all_free
}

# A node that this user may not open.
life_permission()
{
	chmod 600 /dev/hisi_zip-0
	cat >/tmp/nobody.sh <<-EOT
	export XDG_RUNTIME_DIR=/tmp
	. /vm/cases.sh
	works
	EOT
	su nobody -c 'sh /tmp/nobody.sh' >/run/nobody.out 2>&1
	status=$?
	cat /run/nobody.out
	check permission:refused test $status -ne 0
	check permission:told grep -q 'run as a user who may open the node' /run/nobody.out
	chmod 666 /dev/hisi_zip-0
	su nobody -c 'sh /tmp/nobody.sh' >/run/nobody.out 2>&1
	status=$?
	cat /run/nobody.out
	check permission:granted test $status -eq 0
}

# Isolated devices are not used.
life_isolated()
{
	[ -e $CLASS/isolate ] || return 0
	echo 1 >$CLASS/device/isolated
	check isolated:refused not works
	VDEV=--vdev=uacce_zip
	check isolated:soft works
	VDEV=$ALONE
	echo 0 >$CLASS/device/isolated
	check isolated:over works
}

# The device goes away while its user holds locks that the server needs.
life_churn()
{
	start /vm/probe churn 200
	check churn:runs wait_for 20 said 'mapping, in flight: 200'
	echo uacce_emu.0 >$DRIVER/unbind
	check churn:gone not test -e $CLASS
	echo uacce_emu.0 >$DRIVER/bind
	check churn:alive kill -0 $PID
	finish KILL
	check churn:free wait_for 20 all_free
	check churn:next works
}

case_life()
{
	for life in kill taken unbind churn reset fork permission isolated; do
		VDEV=$ALONE
		life_$life
	done
	LABEL=soft-
	for life in kill unbind reset; do
		VDEV=$WITH_SOFT
		life_$life
	done
}

# One queue is left out: the server has not seen that it stopped.
one_left_out()
{
	[ "$(available)" -eq $((ALL - 1)) ]
}

# A client ends while the server stands still: the queue stays the server's.
server_stopped()
{
	start /vm/probe flight 500
	check stopped:runs wait_for 20 said 'in flight: 500'
	kill -STOP "$SERVER"
	finish KILL
	check stopped:kept one_left_out
	start /vm/probe hold 1000
	check stopped:others wait_for 10 said "holding $((ALL - 1)): .*busy"
	finish KILL
	kill -CONT "$SERVER"
	check stopped:free wait_for 20 all_free
	check stopped:next works
}

# The server ends, and another takes over.
server_killed()
{
	start /vm/probe flight 500
	check killed:runs wait_for 20 said 'in flight: 500'
	end_server KILL
	check killed:refused not works
	check killed:again start_server
	finish KILL
	check killed:free wait_for 10 all_free
	check killed:next works
}

# Mappings that were cut keep the module, to the last piece of them.
server_module()
{
	start /vm/probe part
	check module:part wait_for 20 said 'mapped in part'
	end_server TERM
	check module:held not rmmod uacce_emu
	finish KILL
	check module:free rmmod uacce_emu
	check module:again start_devices api=3
	check module:next works
}

case_server()
{
	for life in stopped killed module; do
		server_$life
	done
}
