"""What is shipped: the packages, the same bytes twice, and a life in a Debian without anything of ours or Swift's."""
import atexit
import functools
import os
import shutil
import subprocess
import tempfile

from sessions import needs
from world import ROOT, binary

SEARCHED = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
MIRROR = os.environ.get("OD_DEBIAN_MIRROR", "http://deb.debian.org/debian")


@functools.cache
def packages():
    """What is packed for all that need no packages of their own: the folder."""
    folder = tempfile.mkdtemp(prefix="od-packages-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    release(folder)
    return folder


def release(out, epoch="1795219200"):
    """Packs the executables under test."""
    done = subprocess.run([os.path.join(ROOT, ".ci", "release"), out], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, OD_RELEASE_BUILT=os.path.dirname(binary()), OD_RELEASE_DIRTY="1",
                                   SOURCE_DATE_EPOCH=epoch))
    assert done.returncode == 0, done.stdout
    return sorted(os.listdir(out))


def output(*words, **options):
    return subprocess.run(words, text=True, errors="replace", stdout=subprocess.PIPE, check=True, **options).stdout


def is_release():
    """Debug executables are linked to Swift's libraries: they are not what is shipped."""
    return "libswift" not in output("ldd", binary())


@needs("dpkg-deb", "objcopy", "strip", "sha256sum")
def session_the_packages_are_whole_and_the_same_twice(world):
    if not is_release():
        return "the od under test is no release build"
    first, second = packages(), os.path.join(world.folder, "two")
    names = release(second)
    assert sorted(os.listdir(first)) == names
    sums = [open(os.path.join(folder, "SHA256SUMS")).read() for folder in (first, second)]
    assert sums[0] == sums[1], sums
    output("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=first)
    deb, = (name for name in names if name.endswith(".deb"))
    tarball, = (name for name in names if name.endswith(".tar.gz") and "debug" not in name)
    debug, = (name for name in names if "debug" in name)
    inside = output("tar", "-tzf", os.path.join(first, tarball)).split()
    top = inside[0]
    for name in ("od", "od-keeper", "opendaemon", "LICENSE", "README.md", "THIRD-PARTY", "opendaemon.1",
                 "completions/od.bash", "completions/od.zsh", "completions/od.fish"):
        assert top + name in inside, name
    output("tar", "-xzf", tarball, cwd=first)
    output("tar", "-xzf", debug, cwd=first)
    folder = os.path.join(first, top)
    for name in ("od", "od-keeper"):
        path = os.path.join(folder, name)
        assert "no symbols" in subprocess.run(["nm", path], text=True, stdout=subprocess.PIPE,
                                              stderr=subprocess.STDOUT).stdout
        assert f"{name}.debug" in output("readelf", "--string-dump=.gnu_debuglink", path)
        symbols = os.path.join(first, top.rstrip("/") + "-debug", name + ".debug")
        assert ".debug_info" in output("readelf", "--wide", "-S", symbols)
    third = open(os.path.join(folder, "THIRD-PARTY")).read()
    for name in ("Swift standard library", "GRDB.swift", "Yams", "swift-nio", "swift-argument-parser", "SQLite",
                 "ncurses", "GNU C++ library", "Apache License", "Gwendal Roué"):
        assert name in third, name
    control = output("dpkg-deb", "--field", os.path.join(first, deb))
    depends, = (line for line in control.splitlines() if line.startswith("Depends:"))
    assert [part.split()[0] for part in depends.removeprefix("Depends:").split(",")] == \
        ["libc6", "libgcc-s1"], depends
    files = output("dpkg-deb", "--contents", os.path.join(first, deb))
    assert "./usr/bin/opendaemon -> ../lib/opendaemon/od" in files and "./usr/bin/od\n" not in files
    # The tarball runs from where it was unpacked, under both names.
    assert output(os.path.join(folder, "opendaemon"), "version") == output(os.path.join(folder, "od"), "version")
    return None


@needs("debootstrap", "chroot", "dpkg-deb")
def session_the_package_lives_in_a_bare_debian(world):
    if os.geteuid() != 0:
        return "only root can make another root"
    if not is_release():
        return "the od under test is no release build"
    deb, = (name for name in os.listdir(packages()) if name.endswith(".deb"))
    root = bare_debian()
    if root is None:
        return f"debootstrap could not reach {MIRROR}"
    mounted = []
    try:
        for kind, place in (("proc", "proc"), ("tmpfs", "tmp"), ("tmpfs", "dev/shm")):
            os.makedirs(os.path.join(root, place), exist_ok=True)
            subprocess.run(["mount", "-t", kind, kind, os.path.join(root, place)], check=True)
            mounted.append(os.path.join(root, place))
        shutil.copy(os.path.join(packages(), deb), os.path.join(root, "tmp", deb))
        shutil.copytree(os.path.join(ROOT, "Examples"), os.path.join(root, "tmp", "Examples"))
        with open(os.path.join(root, "tmp", "life.sh"), "w") as file:
            file.write(LIFE)
        chroot = shutil.which("chroot", path=SEARCHED)
        done = subprocess.run([chroot, root, "/bin/bash", "/tmp/life.sh", f"/tmp/{deb}"], text=True, timeout=120,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LC_ALL": "C"},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0 and done.stdout.rstrip().endswith("lived"), done.stdout
    finally:
        end_all_below(root)
        for place in reversed(mounted):
            subprocess.run(["umount", "--lazy", place], check=False)
        shutil.rmtree(root, ignore_errors=True)
    return None


def bare_debian():
    """A root with what every Debian server has, and nothing of Swift; None when the mirror cannot be reached."""
    root = tempfile.mkdtemp(prefix="od-root-")
    os.chmod(root, 0o755)
    debootstrap = shutil.which("debootstrap", path=SEARCHED)
    done = subprocess.run([debootstrap, "--variant=minbase", "bookworm", root, MIRROR],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        return root
    shutil.rmtree(root, ignore_errors=True)
    unreachable = any(word in done.stdout for word in ("Failed getting release file", "wget", "resolve"))
    assert unreachable, done.stdout
    return None


def end_all_below(root):
    """Kills what still runs in the other root."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{name}/root") == os.path.realpath(root):
                os.kill(int(name), 9)
        except OSError:
            continue


LIFE = r"""
set -euo pipefail
fail() { echo "FAILED: $1"; opendaemon list || true; opendaemon daemon logs || true; exit 1; }
dpkg -i "$1"
! command -v swift || fail 'there is Swift'
[ "$(command -v od)" = /usr/bin/od ] || fail 'od is not that of coreutils'
[ "$(printf abc | od -An -tx1)" = ' 61 62 63' ] || fail 'the octal dump is another'
[ "$(printf abc | PATH=/usr/lib/opendaemon:$PATH od -An -tx1)" = ' 61 62 63' ] || fail 'the octal dump is not handed on'
export OD_HOME=/tmp/home
opendaemon start /tmp/Examples/Fleets/quickstart/ticker.sh
opendaemon list | grep -q 'ticker.*online' || fail 'not online'
field() { opendaemon daemon status --json | sed "s/.*\"$1\":\([0-9]*\).*/\1/"; }
app=$(opendaemon list --json | sed 's/.*"pid":\([0-9]*\).*/\1/')
engine=$(field pid)
kill -9 "$engine"
until [ "$(field pid)" != "$engine" ]; do :; done
[ "$(opendaemon list --json | sed 's/.*"pid":\([0-9]*\).*/\1/')" = "$app" ] || fail 'the app was started again'
until [ "$(opendaemon logs ticker --raw | wc -l)" -ge 2 ]; do :; done
opendaemon stop ticker
opendaemon list | grep -q 'ticker.*stopped' || fail 'not stopped'
opendaemon daemon stop
! [ -e "/proc/$app" ] || fail 'the app is still there'
test -s /usr/share/man/man1/opendaemon.1.gz || test ! -d /usr/share/man/man1
dpkg -r opendaemon
! [ -e /usr/bin/opendaemon ] && ! [ -e /usr/lib/opendaemon ] || fail 'something is left of the package'
echo lived
"""
