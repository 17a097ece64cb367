"""A hostile remote: names, words, objects and numbers that nobody should trust."""

from __future__ import annotations

import sys

import pytest
from helpers import git as run_git
from helpers import look

ESCAPE = "\x1b[2J"
# An upload-pack that lists what it likes: `git ls-remote` prints it as it comes.
LISTING = """#!{python}
import sys
oid = "{oid}"
names = ["refs/runs/../../heads/main", "refs/sweeps/x:refs/heads/main", "refs/runs/d/\\x1b[2J",
         "refs/sweeps/a\\n+refs/heads/main:refs/heads/main", "refs/runs/--upload-pack=touch x/" + "1" * 3000,
         *(f"refs/runs/d/20260101-0000{{number % 60:02d}}-{{number:08x}}" for number in range({count}))]
for number, name in enumerate(names):
    line = (oid + " " + name + ("\\0side-band-64k" if number == 0 else "") + "\\n").encode()
    sys.stdout.buffer.write(b"%04x" % (len(line) + 4) + line)
sys.stdout.buffer.write(b"0000")
"""


@pytest.fixture
def hostile(team):
    """A person whose remote lists names that are none, and runs that it does not have."""
    bob = team[1]
    program = bob.folder.parent / "upload-pack"
    oid = run_git(bob.folder, "rev-parse", "HEAD")[::-1]
    program.write_text(LISTING.format(python=sys.executable, oid=oid, count=10_000))
    program.chmod(0o755)
    run_git(bob.folder, "config", "remote.origin.uploadpack", str(program))
    return bob


def test_names_that_are_none_change_nothing_and_print_little(hostile):
    before = run_git(hostile.folder, "for-each-ref")
    hostile.enter()
    for words in (("remote",), ("ls", "--remote"), ("push", "--dry-run"), ("pull", "-n", "3")):
        done = look(*words)
        assert "\x1b" not in done.out + done.err
        assert len(done.out + done.err) < 4000, words
    assert done.code == 1  # it has none of the runs that it lists
    assert run_git(hostile.folder, "for-each-ref") == before
    assert hostile.raws() == []


@pytest.mark.slow
def test_the_words_of_a_host_reach_the_terminal_without_control_characters(team):
    ann = team[0]
    ann.record("a")
    hook = ann.folder.parent / "server.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\ncat > /dev/null\nprintf '\\033[2Jlook \\r\\n%05000d' 1 >&2\nexit 1\n"
    )
    hook.chmod(0o755)
    done = look("push", "--yes")
    assert (done.code, "\x1b" in done.err, "look" in done.err) == (1, False, True)
    assert max(map(len, done.err.splitlines())) < 500


@pytest.mark.slow
def test_runs_with_paths_that_leave_their_folder_are_refused_alone(team):
    ann, bob, _ = team
    good = ann.record("a")
    ann.push()
    server = ann.folder.parent / "server.git"
    blob = bytes.fromhex(run_git(server, "rev-parse", "HEAD:train.py"))
    body = run_git(server, "cat-file", "commit", str(ann.run("a").commit)).partition("\n")[2]
    bad = {}
    for number, path in enumerate((".git", "..", ".GIT", "a/b")):
        (server / "tree").write_bytes(b"100644 " + path.encode() + b"\0" + blob)
        tree = run_git(server, "hash-object", "-t", "tree", "-w", "--literally", "tree")
        (server / "commit").write_text(f"tree {tree}\n{body}\n")
        oid = run_git(server, "hash-object", "-t", "commit", "-w", "--literally", "commit")
        run_id = f"20260101-000000-aaaaaaa{number}"
        run_git(server, "update-ref", f"refs/runs/default/{run_id}", oid)
        bad[run_id] = path
    pulled = bob.pull()
    assert pulled.new == (good,)
    assert {run_id for run_id, _ in pulled.conflicts} == set(bad)
    assert all(reason.startswith("git refuses it: ") for _, reason in pulled.conflicts)
