"""Completions in the real shells, and the manual page under the real checkers."""
import re
import subprocess

from sessions import needs


def started(world):
    world.run("start", "sleep 1000", "--name", "apricot", "-i", "2")
    world.run("start", "sleep 1000", "--name", "banana", "--namespace", "shop")


def completes(terminal, cases):
    for typed, *expected in cases:
        terminal.keys("C-u")
        terminal.keys("C-l")
        terminal.tmux("send-keys", "-t", ":0", "-l", typed)
        terminal.keys("Tab")
        if len(expected) > 1:
            terminal.keys("Tab")
        terminal.sees(*(text.rstrip() for text in expected))
    terminal.keys("C-u")
    terminal.type("exit")


CASES = [
    ("od compl", "od completions "),
    ("od stop apr", "od stop apricot"),
    ("od stop apricot#", "apricot#0", "apricot#1"),
    ("od rm ban", "od rm banana"),
    ("od daemon sta", "start", "status"),
    ("od logs --fol", "od logs --follow"),
    ("od start --restart unl", "od start --restart unless-stopped"),
    ("od help err", "od help errors"),
    ("od down sh", "od down shop"),
    ("opendaemon ver", "opendaemon version"),
]


@needs("bash")
def session_completions_of_bash(world):
    started(world)
    opendaemon(world)
    terminal = world.terminal()
    terminal.type("exec env PS1='bash$ ' bash --norc --noprofile")
    terminal.type('eval "$(od completions bash)"; echo re""ady')
    terminal.sees("ready")
    completes(terminal, CASES)
    assert completed_by_bash(world, "od up Exam") == ["Examples"]
    world.ends()
    # Without an engine: silent, quick, and none is started.
    assert completed_by_bash(world, "od stop ") == []
    assert not world.processes()


def completed_by_bash(world, line):
    words = line.split(" ")
    quoted = " ".join(word or repr("") for word in words)
    program = (f'eval "$(od completions bash)"; compopt() {{ :; }}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}'
               f'; _opendaemon od {words[-1]!r} {words[-2]!r}'
               '; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", program], env=world.environment, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=20)
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout.split()


@needs("zsh")
def session_completions_of_zsh(world):
    started(world)
    opendaemon(world)
    terminal = world.terminal()
    terminal.type("exec env PS1='zsh$ ' zsh -f")
    terminal.type('autoload -U compinit; compinit -D; eval "$(od completions zsh)"; echo re""ady')
    terminal.sees("ready")
    completes(terminal, CASES)
    world.ends()


@needs("fish")
def session_completions_of_fish(world):
    started(world)
    opendaemon(world)
    for typed, *expected in CASES:
        program = f"od completions fish | source; complete -C {typed!r}"
        done = subprocess.run(["fish", "--no-config", "-c", program], env=dict(world.environment, HOME=world.folder),
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        words = [line.partition("\t")[0] for line in done.stdout.splitlines()]
        wanted = [one.split(" ")[-1] or one.split(" ")[-2] for one in expected]
        assert set(wanted) <= set(words) and not done.stderr, (typed, wanted, done)
    world.ends()


def opendaemon(world):
    """Our other name, in front of PATH."""
    folder = f"{world.folder}/names"
    subprocess.run(["mkdir", "-p", folder], check=True)
    world.file("names/opendaemon", f'#!/bin/sh\nexec {world.od} "$@"\n')
    subprocess.run(["chmod", "+x", f"{folder}/opendaemon"], check=True)
    world.environment["PATH"] = f"{world.environment['PATH']}:{folder}"


@needs("man", "groff", "mandoc")
def session_the_manual_page_has_no_mistakes(world):
    environment = world.environment
    environment["SOURCE_DATE_EPOCH"] = "1795219200"
    page = world.file("opendaemon.1", world.run("help", "man"))
    with open(page) as file:
        assert "2026-11-21" in file.readline()
    for words in (["man", "--warnings", "-l", page], ["groff", "-ww", "-man", "-Tutf8", page],
                  ["mandoc", "-T", "lint", "-W", "warning", page]):
        done = subprocess.run(words, env=dict(environment, MANPAGER="cat", MANWIDTH="80", LC_ALL="C.UTF-8"),
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        noise = done.stderr + (done.stdout if "lint" in words else "")
        assert done.returncode == 0 and not noise, (words, noise)
    shown = subprocess.run(["mandoc", "-T", "ascii", page], text=True, stdout=subprocess.PIPE).stdout
    # Bold is a letter over itself.
    plain = re.sub(".\b", "", shown)
    for name in ("od daemon stop", "OD3001", "restartDelay", "OD_HOME"):
        assert name in plain, name
    assert not world.processes()
