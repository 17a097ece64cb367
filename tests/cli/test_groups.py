"""A repository that is shared by a group: what one user leaves, the other can go on with."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from helpers import Done, git, repo, start

FIRST, SECOND, GROUP = 61001, 61002, 61003
# A file of the user's own, too large for git, and the same for both.
WRITES = ("sh", "-c", "rm -f w; head -c 4096 /dev/zero > w")
CRASH = """
import gittrack, os
open("weights", "wb").write(bytes(2048))
run = gittrack.init(name="crashed")
run.log({"acc": 0.5})
run.log_artifact("weights")
os._exit(1)
"""


@pytest.fixture
def shared(sealed):
    """A repository of the first user and the group; with functions, since only root can be two users.

    Both users may read everything, also pytest's folders; whether they may write is what the files say.
    """
    powers = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search")
    probe = ["setpriv", f"--reuid={FIRST}", f"--regid={GROUP}", "--clear-groups", *powers, "true"]
    if os.getuid() != 0 or not shutil.which("setpriv") or subprocess.run(probe).returncode:
        pytest.skip("only root can be two users")
    # In no folder of pytest's: access(2), which git asks, does not know that they may read everything.
    top = Path(tempfile.mkdtemp(dir="/tmp"))
    top.chmod(0o755)
    place = repo("git config track.maxArtifactSize 1k", top / "repo")
    for key, value in (
        ("core.sharedRepository", "group"),
        ("user.name", "A"),
        ("user.email", "a@b"),
    ):
        git(place, "config", key, value)
    for path in (place, *place.rglob("*")):
        os.chown(path, FIRST, GROUP, follow_symlinks=False)
        path.chmod(0o2775 if path.is_dir() else 0o664)

    def as_user(user: int, *argv: str) -> Done:
        settings = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory"}
        home = {"HOME": str(top), "GIT_CONFIG_GLOBAL": "/dev/null", "TMPDIR": "/tmp"}
        env = {**settings, "GIT_CONFIG_VALUE_0": "*", **home}
        become = [
            *probe[:1],
            f"--reuid={user}",
            *probe[2:-1],
            "sh",
            "-c",
            'umask 077; exec "$@"',
            "-",
        ]
        process = start(*become, sys.executable, *argv, cwd=place, env=env)
        out, err = process.communicate()
        return Done(process.returncode, out, err)

    yield as_user
    shutil.rmtree(top)


def test_the_second_user_recovers_registers_and_promotes(shared):
    """Also what was kept in the store, with a dirty tree, and under a umask that closes everything."""
    assert shared(FIRST, "-c", "open('train.py', 'a').write('# changed')\n" + CRASH).code == 1
    for user in (SECOND, FIRST):
        done = shared(user, "-m", "gittrack", "recover")
        assert (done.code, done.err) == (0, "")
    assert "crashed" in shared(SECOND, "-m", "gittrack", "ls").out
    for user, run in ((FIRST, "one"), (SECOND, "two")):
        done = shared(user, "-m", "gittrack", "run", "-n", run, "--output", "w", "--", *WRITES)
        assert done.code == 0, done.err
        done = shared(user, "-m", "gittrack", "model", "register", "net", run)
        assert done.code == 0, done.err
        done = shared(
            user, "-m", "gittrack", "model", "promote", f"net@{1 + (run == 'two')}", "staging"
        )
        assert done.code == 0, done.err
        done = shared(user, "-m", "gittrack", "rename", run, f"{run}-renamed")
        assert done.code == 0, done.err
        assert shared(user, "-m", "gittrack", "doctor").out.endswith("all is well\n")
