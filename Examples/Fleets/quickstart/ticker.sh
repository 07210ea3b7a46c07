#!/bin/sh
# Says the time every few seconds: ticker.sh --every SECONDS
every=5
[ "$1" = --every ] && every=$2

count=0
trap 'echo "stopped after $count ticks"; exit 0' TERM
while :; do
    count=$((count + 1))
    echo "tick $count: it is $(date +%H:%M:%S), load $(cut -d ' ' -f 1-3 /proc/loadavg)"
    # In the background, so that the signal is heard at once.
    sleep "$every" &
    wait $!
done
