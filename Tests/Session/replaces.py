"""Other executables under running apps: `od daemon restart`, `od update`, and versions side by side."""
import os
import shutil
import subprocess

import deaths
import kills
from terminal import wait
from world import binary

MARK = b"od-build:"


def version_of(folder):
    done = subprocess.run([os.path.join(folder, "od"), "version"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()[1]


def build(world, name, version=None):
    """A copy of the executables under test, of another version if one is named; its folder."""
    folder = os.path.join(world.folder, name)
    os.mkdir(folder)
    for program in ("od", "od-keeper"):
        path = os.path.join(folder, program)
        # As what is shipped, without the symbols: a fifth of the bytes to copy, pack and compare.
        subprocess.run(["strip", "-o", path, os.path.join(os.path.dirname(binary()), program)], check=True)
        with open(path, "rb") as file:
            content = file.read()
        if version:
            at = content.index(MARK) + len(MARK)
            end = content.index(b"\0", at)
            assert len(version) == end - at, "another length would move what follows"
            content = content[:at] + version.encode() + content[end:]
        with open(path, "wb") as file:
            file.write(content)
    assert version is None or version_of(folder) == version
    return folder


def settle(world, folder):
    """The world's `od` is the one of that folder from now on."""
    world.od = os.path.join(folder, "od")


def begin(world):
    """Apps that write and end, started by a first version; what must not change, and who follows a log."""
    settle(world, build(world, "first"))
    world.run("up", kills.fleet(world), "--no-dashboard")
    pids = {label: pid for label, pid in world.pids().items() if label.startswith("writer")}
    return pids, kills.follow(world)


def versions(world):
    status = world.status()
    return status["version"], status["keeperVersion"]


def session_a_restart_replaces_both_and_loses_nothing(world):
    before, follower = begin(world)
    old = versions(world)
    new = "9" + old[0][1:]
    settle(world, build(world, "second", new))
    change = world.json("daemon", "restart")
    assert [one["version"] for one in change["engine"]] == [old[0], new], change
    assert [one["version"] for one in change["keeper"]] == [old[1], new], change
    assert versions(world) == (new, new)
    # Executables that have not changed: another engine of the same version, and the keeper stays.
    keeper = deaths.of(world, "worker", "spare")
    engine = deaths.of(world, "engine")
    world.run("daemon", "restart")
    assert deaths.of(world, "worker", "spare") == keeper and deaths.of(world, "engine") != engine
    # And back again, from the new to the old.
    settle(world, os.path.join(world.folder, "first"))
    world.run("daemon", "restart")
    assert versions(world) == old
    assert {label: world.pids()[label] for label in before} == before
    kills.check_all(world, before, follower)
    world.ends()


def session_versions_side_by_side_work_together(world):
    """A new keeper under an old engine and an old one under a new engine, each killed in its turn."""
    old = version_of(os.path.dirname(binary()))
    new = "9" + old[1:]
    first, second = build(world, "first"), build(world, "second", new)
    for keeper, engine in ((first, second), (second, first)):
        mixed = os.path.join(world.folder, "mixed")
        shutil.rmtree(mixed, ignore_errors=True)
        os.mkdir(mixed)
        shutil.copy(os.path.join(keeper, "od-keeper"), mixed)
        shutil.copy(os.path.join(engine, "od"), mixed)
        settle(world, mixed)
        world.run("start", "sleep 1000", "-n", "a", "-i", "3")
        pids = world.pids()
        assert versions(world) == (version_of(engine), version_of(keeper))
        for names in (("engine",), ("worker",), ("spare",), ("worker", "spare"), ("worker", "spare", "engine")):
            deaths.blow(world, *names)
            assert world.pids() == pids
        world.run("delete", "all")
        world.ends()


def session_a_keeper_that_cannot_be_is_refused(world):
    before, follower = begin(world)
    old = deaths.of(world, "engine", "worker", "spare")
    bad = build(world, "bad")
    keeper = os.path.join(bad, "od-keeper")
    with open(keeper, "w") as file:
        file.write("#!/bin/sh\nexit 1\n")
    good = world.od
    settle(world, bad)
    said = world.json("daemon", "restart", code=1)
    assert said["error"]["code"] == "OD5009", said
    os.chmod(keeper, 0o777)
    said = world.json("daemon", "restart", code=1)
    assert said["error"]["code"] == "OD5009" and "others can write" in said["error"]["why"], said
    world.od = good
    assert deaths.of(world, "engine", "worker", "spare") == old, "nothing was touched"
    kills.check_all(world, before, follower)
    world.ends()


def session_an_update_in_place_and_back(world):
    before, follower = begin(world)
    old = versions(world)
    new = "9" + old[0][1:]
    folder = build(world, "od-" + new, new)
    release = os.path.join(world.folder, "release.tar.gz")
    subprocess.run(["tar", "-czf", release, "-C", world.folder, os.path.basename(folder)], check=True)
    said = world.json("update", os.path.join(world.folder, "none"), code=1)
    assert said["error"]["code"] == "OD5009", said
    world.run("update", code=2)
    world.run("update", release)
    assert version_of(os.path.dirname(world.od)) == new and versions(world) == (new, new)
    installed = sorted(os.listdir(os.path.dirname(world.od)))
    assert installed == ["od", "od-keeper", "od-keeper.previous", "od.previous"], installed
    world.run("update", "--back")
    assert version_of(os.path.dirname(world.od)) == old[0] and versions(world) == old
    world.run("update", folder)
    assert versions(world) == (new, new)
    own = world.json("update", os.path.dirname(world.od), code=1)
    assert own["error"]["code"] == "OD5009" and version_of(os.path.dirname(world.od)) == new, own
    keeper = deaths.of(world, "worker")
    world.run("update", build(world, "again", new))
    assert deaths.of(world, "worker") != keeper
    # What was asked for is no death.
    assert not world.json("events", "keeper:lost", "-n", "100")
    assert {label: world.pids()[label] for label in before} == before
    wait("the follower is still there", lambda: follower.poll() is None)
    kills.check_all(world, before, follower)
    world.ends()
