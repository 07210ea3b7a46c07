"""The other od: with ours first in PATH, calls that mean the octal dump behave as they did before."""
import os
import pty
import shutil
import subprocess

SYSTEM = shutil.which("od", path="/usr/bin:/bin")
BYTES = bytes(range(256)) * 3 + b"hello, world\n" + b"\0" * 64 + b"abcdefgh" * 9 + b"tail"


def session_every_form_of_the_octal_dump(world):
    """Output, messages and exit code of ours and of the system's for each call of a long list."""
    folder = os.path.join(world.folder, "dumps")
    os.mkdir(folder)
    for name, content in (("a.bin", BYTES), ("b.bin", b"12345"), ("16", b"sixteen"), ("empty", b""), ("start", BYTES),
                          ("with space", b"x y"), ("-dash", b"dash"), ("+8", b"plus")):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    os.mkdir(os.path.join(folder, "sub"))
    differ = []
    calls = documented() + errors()
    for words in calls:
        ours, theirs = (dump(program, words, folder, world) for program in (world.od, SYSTEM))
        if ours != theirs:
            differ.append(f"od {' '.join(words)}\n  ours   {brief(ours)}\n  theirs {brief(theirs)}")
    assert not differ, f"{len(differ)} of {len(calls)} calls differ\n" + "\n".join(differ[:20])
    assert len(calls) > 400, len(calls)
    assert not os.path.exists(world.home) and not world.processes()


def session_the_octal_dump_in_a_pipeline(world):
    def shell(text):
        return subprocess.run(["sh", "-c", text], env=world.environment, cwd=world.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert shell("printf abc | od -An -tx1").stdout == " 61 62 63\n"
    assert shell("printf abc | od").stdout == "0000000 061141 000143\n0000003\n"
    assert shell("printf '\\0' | od -An -b - | tr -d ' '").stdout == "000\n"
    assert shell("od </dev/null").stdout == "0000000\n"
    assert shell("head -c 1 /dev/zero | od -A d -t u1").stdout == "0000000   0\n0000001\n"
    # Nobody reads on: no word about it, and the end that a filter has.
    done = shell("od -v /dev/zero | head -n 1")
    assert done.returncode == 0 and not done.stderr, done
    assert shell("od -tx1 -N4 /dev/zero > /dev/full").returncode == 1


def session_a_verb_is_ours_whatever_files_there_are(world):
    with open(os.path.join(world.folder, "version"), "wb") as file:
        file.write(b"abc")
    run = dict(env=world.environment, cwd=world.folder, input="", text=True, stdout=subprocess.PIPE)
    assert subprocess.run([world.od, "version"], **run).stdout.startswith("od ")
    for words in (["./version"], ["--", "version"], ["-to1", "version"]):
        assert subprocess.run([world.od, *words], **run).stdout.split()[1:] in (["061141", "000143", "0000003"],
                                                                               ["141", "142", "143", "0000003"])


def session_the_long_name_is_never_the_octal_dump(world):
    link = os.path.join(os.path.dirname(world.od), "opendaemon")
    made = not os.path.lexists(link)
    if made:
        os.symlink("od", link)
    try:
        done = subprocess.run([link, "-An", "-tx1"], env=world.environment, input="abc", text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 2 and "OD1001" in done.stderr and "61 62" not in done.stdout, done
        assert subprocess.run([link, "version"], env=world.environment, stdout=subprocess.PIPE).returncode == 0
    finally:
        if made:
            os.remove(link)


def session_on_a_terminal_flags_and_files_are_still_the_octal_dump(world):
    """stdin is a terminal: only a bare od and an offset mean something else then."""
    path = world.file("t.bin", "xyz")
    for words in (["-An", "-c", path], [path], ["-An", "-c", "--", path]):
        outer, inner = pty.openpty()
        try:
            ours, theirs = (subprocess.run(["od", *words], executable=program, env=world.environment, stdin=inner,
                                           stdout=subprocess.PIPE) for program in (world.od, SYSTEM))
            assert (ours.returncode, ours.stdout) == (0, theirs.stdout), words
        finally:
            os.close(outer)
            os.close(inner)


def dump(program, words, folder, world):
    """Called as `od`, which is what the octal dump puts before its messages."""
    done = subprocess.run(["od", *words], executable=program, cwd=folder, env=world.environment, input=BYTES[:300],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout, done.stderr


def brief(end):
    return f"exit {end[0]}, {end[1][:60]!r}, {end[2][:120]!r}"


def documented():
    """The forms of `od --help` and of the manual of coreutils."""
    calls = [[], ["-"], ["--"], ["--", "-"], ["a.bin"], ["a.bin", "b.bin"], ["a.bin", "-", "b.bin"], ["./a.bin"],
             ["--", "a.bin"], ["--", "-dash"], ["with space"], ["empty"], ["/dev/null"], ["./start"], ["--", "start"],
             ["-v"], ["-v", "a.bin"], ["a.bin", "-v"], ["--output-duplicates", "a.bin"]]
    # Traditional formats, alone, together and with a file.
    letters = "abcdfilosx"
    calls += [[f"-{letter}"] for letter in letters] + [[f"-{letter}", "a.bin"] for letter in letters]
    calls += [[f"-{one}{other}", "b.bin"] for one in letters for other in letters]
    calls += [["-BDe", "a.bin"], ["-F", "a.bin"], ["-H", "a.bin"], ["-I", "a.bin"], ["-L", "a.bin"], ["-O", "a.bin"],
              ["-X", "a.bin"]]
    # Types.
    sizes = {"d": "1248CSIL", "o": "1248CSIL", "u": "1248CSIL", "x": "1248CSIL", "f": "48FDL"}
    types = ["a", "c"] + [kind + size for kind, all_sizes in sizes.items() for size in ["", *all_sizes]]
    for kind in types:
        calls += [["-t", kind, "a.bin"], [f"-t{kind}z", "b.bin"], [f"--format={kind}", "-"]]
    calls += [["-tx1z", "-tc", "a.bin"], ["-t", "x1o2d4z", "b.bin"], ["-An", "-vtu1", "a.bin"]]
    # Addresses.
    for radix in "doxn":
        calls += [["-A", radix, "a.bin"], [f"-A{radix}", "-x", "b.bin"], [f"--address-radix={radix}", "a.bin"],
                  ["--address-radix", radix, "a.bin"], [f"--a={radix}", "b.bin"]]
    # Counts of bytes with their suffixes.
    for count in ("0", "1", "010", "0x10", "0X1f", "1b"):
        calls += [["-j", count, "a.bin"], [f"-j{count}", "a.bin"], [f"--skip-bytes={count}", "a.bin"],
                  ["-N", count, "a.bin"], [f"-N{count}", "-c"], [f"--read-bytes={count}", "a.bin"],
                  ["-j", count, "-N", count, "a.bin", "b.bin"], ["--skip-bytes", count, "a.bin"],
                  ["--read-bytes", count]]
    calls += [["-N", size, "a.bin"] for size in ("1K", "1KB", "1KiB", "1M", "1MB", "1MiB", "1G", "1T")]
    for count in ("1", "3", "5"):
        calls += [["-S", count, "a.bin"], [f"-S{count}", "a.bin"], [f"--strings={count}", "a.bin"],
                  ["-Ax", f"-S{count}"]]
    calls += [["--strings", "a.bin"], ["--strings"], ["--str", "a.bin"]]
    for width in ("1", "2", "8", "16", "0x20", "5"):
        calls += [[f"-w{width}", "-tx1", "a.bin"], [f"--width={width}", "-c", "a.bin"]]
    calls += [["-w", "a.bin"], ["--width", "a.bin"], ["--wid", "a.bin"], ["-wv", "a.bin"], ["-vw4", "a.bin"]]
    for endian in ("big", "little", "bi", "l"):
        calls += [[f"--endian={endian}", "-x", "a.bin"], ["--endian", endian, "-tx4"], [f"--e={endian}", "-td8"]]
    # Abbreviations of long options.
    for name, value in (("format", "=x1"), ("skip-bytes", "=4"), ("read-bytes", "=4"), ("output-duplicates", ""),
                        ("width", "=4"), ("traditional", ""), ("strings", "=4")):
        first = 2 if name in ("skip-bytes", "strings") else 1
        calls += [[f"--{name[:length]}{value}", "a.bin"] for length in range(first, len(name) + 1)]
    # The traditional call: an offset, and a label.
    for offset in ("+0", "+8", "+010", "+0x10", "+0X10", "+16.", "+1b", "+1.b", "+2B"):
        calls += [["a.bin", offset], ["-c", "a.bin", offset], ["-x", offset], [offset], ["--traditional", offset],
                  ["--traditional", "a.bin", offset], ["--traditional", "a.bin", offset, "8"],
                  ["--traditional", "-c", "a.bin", offset, "+0x20"]]
    calls += [["a.bin", "16"], ["a.bin", "0x10"], ["-x", "a.bin", "8"], ["-c", "8"], ["16"], ["./16"],
              ["--traditional", "a.bin", "16", "8"], ["--traditional", "a.bin"], ["--traditional"],
              ["--traditional", "--", "a.bin", "8"], ["a.bin", "+16", "8"]]
    return calls


def errors():
    """What the octal dump refuses, it refuses in its own words."""
    return [["-t", "y"], ["-t"], ["-A", "q"], ["-A"], ["-j"], ["-j", "x"], ["-N", "1q"], ["-N"], ["-S"], ["-w0"],
            ["-wx"], ["--endian=middle"], ["--endian"], ["--format"], ["--format=q", "a.bin"], ["--skip-bytes=-1"],
            ["-c", "nothing"], ["a.bin", "nothing"], ["./nothing"], ["sub/nothing"], ["/nothing"], ["sub/"], ["./sub"],
            ["-c", "sub"], ["--traditional", "a.bin", "b.bin", "c"], ["-j", "9999", "b.bin"],
            ["--strings=x"], ["--read-bytes"], ["--width=x"], ["-x", "--no-such"], ["a.bin", "--no-such"],
            ["-c", "-Z"]]
