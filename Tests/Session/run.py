"""Runs the sessions: the real od, in a real terminal, as a person uses it.

    run.py [NAME...]

One line for each: `ok NAME`, `FAIL NAME` with what was seen, `SKIPPED NAME` with the reason. OD_BINARY names the od
under test; OD_LONG=1 counts in full.
"""
import inspect
import shutil
import signal
import sys
import time
import traceback

import faults
import kills
import sessions
import verbs
from world import World


def all_sessions():
    for module in (verbs, sessions, faults, kills):
        for name, body in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("session_"):
                yield name.removeprefix("session_"), body


def variants(body):
    """A session with a `size` runs at each; others run once."""
    if "size" in inspect.signature(body).parameters:
        return [(f" at {columns}x{rows}", {"size": (columns, rows)}) for columns, rows in ((80, 24), (120, 40))]
    return [("", {})]


def main():
    # Asked to end, it still cleans up after the session at hand.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wanted = sys.argv[1:]
    failed = 0
    for name, body in all_sessions():
        if wanted and name not in wanted:
            continue
        needs = getattr(body, "needs", [])
        missing = [tool for tool in needs if not shutil.which(tool)]
        if missing:
            print(f"SKIPPED {name}: {', '.join(missing)} is not installed", flush=True)
            continue
        for suffix, options in variants(body):
            world = World()
            began = time.monotonic()
            try:
                body(world, **options)
                print(f"ok {name}{suffix} ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL {name}{suffix}\n{traceback.format_exc()}", flush=True)
            finally:
                world.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
