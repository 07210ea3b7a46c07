#!/bin/sh
# Delivers boxes, and has an accident every half minute or so: exit code 3, and od starts it again.
trap 'echo "parking the van"; exit 0' TERM

echo "the van is on the road"
box=0
while :; do
    sleep 4 &
    wait $!
    box=$((box + 1))
    # A number from 0 to 6 out of the kernel's random bytes.
    luck=$(($(head -c 4 /dev/urandom | cksum | cut -d ' ' -f 1) % 7))
    if [ "$luck" -eq 0 ]; then
        echo "error: a flat tyre, box $box will be late" >&2
        exit 3
    fi
    echo "box $box delivered"
done
