"""Push and pull over ssh, with a real server that each connection starts for itself."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess

import pytest
from helpers import git as run_git

from gittrack.core.errors import TrackError

SERVER = shutil.which("sshd") or "/usr/sbin/sshd"
pytestmark = pytest.mark.skipif(
    not (os.path.exists(SERVER) and shutil.which("ssh")), reason="no ssh server is installed"
)


@pytest.fixture
def team_over_ssh(team, tmp_path):
    """A team whose clones reach the server by ssh with a key."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    for name in ("host", "user", "stranger"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys / name)]
        subprocess.run(argv, check=True)
    options = [
        *("-o", f"AuthorizedKeysFile={keys}/user.pub", "-o", "StrictModes=no", "-o", "UsePAM=no"),
        *("-o", "PermitRootLogin=yes", "-o", "PidFile=none", "-h", f"{keys}/host"),
    ]
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    server = " ".join([SERVER, "-i", "-q", "-f", "/dev/null", *options])
    for clone in team:
        url = f"ssh://{getpass.getuser()}@localhost{team[0].folder.parent}/server.git"
        run_git(clone.folder, "remote", "set-url", "origin", url)
        connect(clone, server, keys / "user")
    return team, server, keys


def connect(clone, server, key):
    words = (
        f"ssh -F none -o ProxyCommand='{server}' -o UserKnownHostsFile=/dev/null -i {key}",
        "-o LogLevel=ERROR -o StrictHostKeyChecking=no -o IdentitiesOnly=yes",
        "-o PreferredAuthentications=publickey",
    )
    run_git(clone.folder, "config", "core.sshCommand", " ".join(words))


def test_runs_travel_over_ssh_and_a_stranger_is_refused_in_one_sentence(team_over_ssh):
    (ann, bob, _), server, keys = team_over_ssh
    run_id = ann.record("a")
    assert ann.push(unattended=True).runs == (run_id,)
    assert bob.pull().new == (run_id,)
    connect(bob, server, keys / "stranger")
    with pytest.raises(TrackError, match="origin did not accept the login") as caught:
        bob.pull(unattended=True)
    assert "git ls-remote origin" in caught.value.hint
