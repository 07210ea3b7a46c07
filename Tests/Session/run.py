"""Runs the sessions: the real od, in a real terminal, as a person uses it.

    run.py [NAME...]
    run.py --half 1|2       those of one half; the halves get on with each other

One line for each: `ok NAME`, `FAIL NAME` with what was seen, `SKIPPED NAME` with the reason: a tool that is not
installed, or what the session answers. OD_BINARY names the od under test; OD_LONG=1 counts in full.
"""
import inspect
import os
import shutil
import signal
import sys
import time
import traceback

import arranging
import boot
import churn
import clusters
import completions
import configs
import costs
import dashboards
import deaths
import dependencies
import disk
import elsewhere
import ends
import faults
import hosts
import keeping
import kills
import lines
import many
import octal
import package
import past
import plugins
import programs
import protocol
import reading
import ready
import replaces
import sessions
import shapes
import spawns
import spoken
import stalled
import stories
import strangers
import system
import tabs
import trouble
import unwritten
import verbs
import why
import written
from world import Skipped, World


# Not in everybody's PATH, but debootstrap is there.
SEARCHED = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


# The second half is busy, the first one mostly waits.
HALVES = (
    (
        verbs, configs, octal, completions, package, spoken, strangers, system, sessions, dashboards, arranging,
        stories, tabs, spawns, plugins, protocol, reading, past, boot, why, clusters, ends, ready, programs,
        elsewhere, hosts, trouble, churn, unwritten, shapes, keeping,
    ),
    (faults, disk, many, kills, deaths, replaces, dependencies, written, lines, stalled, costs),
)


def forgotten():
    """Modules with sessions that are in no half: they would never run."""
    here = os.path.dirname(os.path.abspath(__file__))
    known = {module.__name__ for half in HALVES for module in half}
    for name in sorted(os.listdir(here)):
        with open(os.path.join(here, name)) if name.endswith(".py") else open(os.devnull) as file:
            if name[:-3] not in known and any(line.startswith("def session_") for line in file):
                yield name


def all_sessions(modules):
    for module in modules:
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
    # A shell that begins us in the background, or nohup, has these ignored; what we start would inherit that.
    for number in (signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wanted = sys.argv[1:]
    modules = HALVES[0] + HALVES[1]
    if wanted[:1] == ["--half"]:
        modules, wanted = HALVES[int(wanted[1]) - 1], []
    failed = 0
    for name in forgotten():
        failed += 1
        print(f"FAIL {name}: it has sessions and is in no half of run.py", flush=True)
    for name, body in all_sessions(modules):
        if wanted and name not in wanted:
            continue
        needs = getattr(body, "needs", [])
        missing = [tool for tool in needs if not shutil.which(tool, path=SEARCHED)]
        if missing:
            print(f"SKIPPED {name}: {', '.join(missing)} is not installed", flush=True)
            continue
        for suffix, options in variants(body):
            world = World()
            began = time.monotonic()
            try:
                reason = body(world, **options)
                if reason:
                    print(f"SKIPPED {name}{suffix}: {reason}", flush=True)
                    continue
                print(f"ok {name}{suffix} ({time.monotonic() - began:.1f} s)", flush=True)
            except Skipped as reason:
                print(f"SKIPPED {name}{suffix}: {reason}", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL {name}{suffix}\n{traceback.format_exc()}", flush=True)
            finally:
                world.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
