"""The machine's own daemon: root starts it, a group may use it, nobody else."""

import os
import shutil
import subprocess
import textwrap

from world import Skipped

GROUP = 4711
NOBODY = 65534

# In a mount namespace with /run, /var/lib and /etc/group of its own: no machine is touched.
SCRIPT = """
    set -e
    mount -t tmpfs -o mode=755 none /run
    mount -t tmpfs -o mode=755 none /var/lib
    mount --bind "$1/group" /etc/group
    member="setpriv --reuid=NOBODY --regid=NOBODY --groups=GROUP --"
    stranger="setpriv --reuid=NOBODY --regid=NOBODY --clear-groups --"
    export HOME=/
    "$2" --system start /bin/sleep --name app -- 1000
    test "$(stat -c %a:%g /run/opendaemon)" = 750:GROUP
    test "$(stat -c %a:%g /run/opendaemon/od.sock)" = 660:GROUP
    test "$(stat -c %a /var/lib/opendaemon)" = 700
    $member "$2" --system list | grep -q online
    kill -9 "$(cat /var/lib/opendaemon/engine.pid)"
    $member "$2" --system restart app | grep -q restarted
    ! $stranger "$2" --system list 2>/run/why
    grep -q 'members of the group opendaemon' /run/why
    ! $member cat /var/lib/opendaemon/state.db 2>/dev/null
    $member "$2" --system daemon stop
    ! "$2" --system --home / list 2>/run/why
    grep -q OD1001 /run/why
    echo all is well
"""


def session_the_group_uses_the_machines_daemon(world):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Skipped("needs root and setpriv")
    place = os.path.join(world.folder, "etc")
    os.makedirs(place)
    with open("/etc/group", encoding="utf-8") as groups, open(f"{place}/group", "w", encoding="utf-8") as copy:
        copy.write(groups.read() + f"opendaemon:x:{GROUP}:\n")
    os.chmod(f"{place}/group", 0o644)
    binaries = os.path.join("/opt", f"od-system-{os.getpid()}")
    # The member must be able to execute it, wherever the tests live.
    shutil.copytree(os.path.dirname(os.path.realpath(world.od)), binaries, ignore=only_ours, symlinks=True)
    os.chmod(binaries, 0o755)
    try:
        script = textwrap.dedent(SCRIPT).replace("NOBODY", str(NOBODY)).replace("GROUP", str(GROUP))
        probe = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            raise Skipped("no mount namespaces here")
        result = subprocess.run(
            ["unshare", "-m", "--propagation", "private", "bash", "-c", script, "bash", place, f"{binaries}/od"],
            capture_output=True, text=True, timeout=120, check=False)
        assert result.stdout.endswith("all is well\n"), (result.returncode, result.stdout, result.stderr)
    finally:
        shutil.rmtree(binaries)


def only_ours(_, names):
    """All but the two executables."""
    return [name for name in names if name not in ("od", "od-keeper")]
