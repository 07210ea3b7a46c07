"""The verbs, as scripts use them."""
import os
import subprocess

from terminal import wait
from world import QUICKSTART

TICKER = "Examples/Fleets/quickstart/ticker.sh"


def session_start_list_stop_restart_delete(world):
    world.run("start", TICKER)
    one = world.becomes("ticker#0", "online")
    assert os.path.exists(f"/proc/{one['pid']}")
    world.run("restart", "ticker")
    again = world.becomes("ticker#0", "online")
    assert again["pid"] != one["pid"] and not os.path.exists(f"/proc/{one['pid']}")
    world.run("stop", "ticker")
    stopped = world.list()["ticker#0"]
    assert stopped["status"] == "stopped" and stopped.get("pid") is None, stopped
    assert not os.path.exists(f"/proc/{again['pid']}")
    world.run("start", "ticker")
    world.becomes("ticker#0", "online")
    world.run("delete", "ticker")
    assert world.list() == {}
    world.ends()


def session_start_never_changes_a_running_app(world):
    world.run("start", TICKER)
    pid = world.becomes("ticker#0", "online")["pid"]
    world.run("start", "ticker")
    assert world.pids() == {"ticker#0": pid}
    world.ends()


def session_instances_and_targets(world):
    world.run("start", TICKER, "-n", "a", "-i", "3")
    world.run("start", TICKER, "-n", "b", "--namespace", "other")
    assert set(world.pids()) == {"a#0", "a#1", "a#2", "b#0"}
    world.run("stop", "a#1")
    assert [world.list()[label]["status"] for label in ("a#0", "a#1", "a#2")] == ["online", "stopped", "online"]
    world.run("stop", "other/b")
    assert world.list()["b#0"]["status"] == "stopped"
    world.run("stop", "/^a/")
    assert {one["status"] for one in world.list().values()} == {"stopped"}
    world.run("start", "all")
    assert {one["status"] for one in world.list().values()} == {"online"}
    world.ends()


def session_up_is_apply_and_down_forgets(world):
    fleet = world.file("fleet.yaml", "name: shop\napps:\n  - {name: a, script: sleep 1000}\n"
                                     "  - {name: b, script: sleep 1000}\n")
    world.json("up", fleet)
    before = world.pids()
    assert set(before) == {"a#0", "b#0"}
    world.json("up", fleet)
    assert world.pids() == before
    world.file("fleet.yaml", "name: shop\napps:\n  - {name: a, script: sleep 1000}\n"
                             "  - {name: c, script: sleep 1001}\n")
    world.json("up", fleet)
    after = world.pids()
    assert set(after) == {"a#0", "c#0"} and after["a#0"] == before["a#0"], (before, after)
    world.run("down", "shop")
    assert world.list() == {}
    world.ends()


def session_a_bad_config_touches_nothing(world):
    fleet = world.file("fleet.yaml", "name: shop\napps:\n  - {name: a, script: sleep 1000, instnaces: 2}\n")
    error = world.json("up", fleet, code=2)["error"]
    assert error["code"] == "OD2002" and "instances" in str(error), error
    assert not world.processes() or world.list() == {}


def session_errors_have_their_exit_codes(world):
    world.run("start", TICKER)
    assert world.json("stop", "nobody", code=3)["error"]["code"] == "OD3001"
    assert world.json("start", "./no-such-file.js", code=2)["error"]["code"] == "OD1002"
    assert world.json("stop", code=2)["error"]["code"] == "OD1001"
    world.run("frobnicate", code=2)
    world.run("list", "--no-such-flag", code=2)
    world.ends()


def session_logs_show_and_follow(world):
    script = world.file("talk.sh", "echo first; echo oops >&2; echo second; sleep 1000\n")
    world.run("start", script)
    wait("both lines", lambda: b"second" in world.log("talk#0"))
    wait("the error", lambda: b"oops" in world.log("talk#0", "err"))
    assert "second" in world.run("logs", "talk") and "oops" not in world.run("logs", "talk", "--out")
    assert world.run("logs", "talk", "--raw", "-n", "1", "--out") == "second\n"
    assert "oops" in world.run("logs", "talk", "--err")
    assert world.run("logs", "talk", "--raw", "--out", "-n", "9") == "first\nsecond\n"
    with subprocess.Popen([world.od, "logs", "-f", "talk", "--out"], env=world.environment, text=True,
                          stdout=subprocess.PIPE) as follower:
        assert "first" in follower.stdout.readline()
        assert "second" in follower.stdout.readline()
        world.run("restart", "talk")
        assert "first" in follower.stdout.readline()
        follower.terminate()
    world.ends()


def session_a_quick_crasher_is_given_up(world):
    fleet = world.file("fleet.yaml", "apps:\n  - {name: bad, script: sh -c 'exit 7', restartDelay: 1ms,"
                                     " restartStrategy: fixed, maxRestarts: 4}\n")
    world.run("up", fleet, "--no-dashboard")
    bad = world.becomes("bad#0", "errored")
    assert bad["exit"] == {"code": 7}, bad
    world.ends()


def session_what_may_stay_finished_is_stopped(world):
    fleet = world.file("fleet.yaml", "apps:\n  - {name: job, script: sh -c 'exit 0', restart: on-failure}\n")
    world.run("up", fleet, "--no-dashboard")
    job = world.becomes("job#0", "stopped")
    assert job["exit"] == {"code": 0} and job["restarts"] == 0, job
    world.ends()


def session_a_stubborn_tree_is_killed(world):
    """PM2's complaint 26: children outlive a stop, and keep their port."""
    script = world.file("stubborn.sh", "trap '' TERM\n(trap '' TERM; setsid sleep 1000.5) &\nsetsid sleep 1000.25 &\n"
                                       "while :; do sleep 1000; done\n")
    world.run("start", script, "--kill-timeout", "300ms")
    world.becomes("stubborn#0", "online")
    wait("its tree", lambda: sum("sleep 1000" in words for words in world.processes().values()) >= 3)
    world.run("stop", "stubborn")
    assert not any("sleep 1000" in words for words in world.processes().values()), world.processes()
    world.ends()


def session_after_a_halt_nothing_starts_by_itself(world):
    world.run("up", QUICKSTART, "--no-dashboard", code=0 if node_and_python() else 2)
    world.becomes("ticker#0", "online")
    world.ends()
    assert all(one.get("pid") is None for one in world.list().values())
    world.run("daemon", "start")
    world.becomes("ticker#0", "online")
    world.ends()


def session_the_home_is_private(world):
    world.run("start", TICKER)
    assert os.stat(world.home).st_mode & 0o777 == 0o700
    for name in ("state.db", "od.sock"):
        assert os.stat(os.path.join(world.home, name)).st_mode & 0o077 == 0, name
    world.ends()


def session_daemon_status_never_starts_one(world):
    world.run("daemon", "status", code=1)
    assert not world.processes()
    world.run("daemon", "start")
    status = world.status()
    assert os.path.exists(f"/proc/{status['pid']}") and os.path.exists(f"/proc/{status['keeperPid']}")
    world.run("daemon", "stop")
    world.run("daemon", "stop")
    world.is_empty()


def session_many_start_one_daemon(world):
    """PM2's complaint 9: first commands at one moment start several daemons, or hang."""
    callers = [subprocess.Popen([world.od, "list", "--json"], env=world.environment, stdout=subprocess.PIPE)
               for _ in range(50)]
    answers = [caller.communicate(timeout=60)[0].strip() for caller in callers]
    assert answers == [b"[]"] * 50 and not any(caller.returncode for caller in callers), answers
    engines = [words for words in world.processes().values() if " engine " in words and "keeper" not in words]
    assert len(engines) == 1, world.processes()
    world.ends()


def session_the_octal_dump_is_handed_on(world):
    done = subprocess.run([world.od, "-c"], env=world.environment, input="ab\n", text=True, stdout=subprocess.PIPE)
    assert done.returncode == 0 and "a   b  \\n" in done.stdout, done
    done = subprocess.run([world.od], env=world.environment, input="ab\n", text=True, stdout=subprocess.PIPE)
    assert done.returncode == 0 and done.stdout.startswith("0000000 "), done
    path = world.file("bytes", "xyz")
    assert world.run("-An", "-c", path).split() == ["x", "y", "z"]
    assert not world.processes()


def node_and_python():
    return all(any(os.access(os.path.join(d, tool), os.X_OK) for d in os.environ["PATH"].split(":"))
               for tool in ("node", "python3"))
