"""Packs the orders of the shop, one at a time; sweeps the floor when there are none. Standard library only."""
import json
import os
import random
import signal
import sys
import time
import urllib.error
import urllib.request

SHOP = os.environ.get("SHOP", "http://127.0.0.1:4780")


def next_order():
    """The oldest order that waits, or None. Raises OSError while the shop is closed."""
    request = urllib.request.Request(SHOP + "/next", method="POST")
    with urllib.request.urlopen(request, timeout=5) as response:
        return json.load(response) if response.status == 200 else None


def stop(signal_number, frame):
    """SIGTERM: the box in hand is put down, nothing is half packed."""
    print(f"info  {packed} boxes packed today, good night")
    sys.exit(0)


packed = 0
signal.signal(signal.SIGTERM, stop)
print(f"info  looking for work at {SHOP}")
while True:
    try:
        order = next_order()
    except (OSError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", error)
        print(f"warn  the shop does not answer ({reason}), sweeping the floor", file=sys.stderr)
        time.sleep(5)
        continue
    if order is None:
        time.sleep(1)
        continue
    seconds = random.uniform(0.5, 2.5)
    time.sleep(seconds)
    packed += 1
    print(f"info  packed {order['thing']} (order {order['number']}) in {seconds:.1f} s, {packed} boxes today")
