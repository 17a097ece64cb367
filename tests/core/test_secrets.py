"""core/secrets: what must not be recorded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.secrets import is_withheld, redact_command, redact_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ada:pw@example.org/r.git", "https://***@example.org/r.git"),
        ("https://ghp_x@example.org", "https://***@example.org"),
        ("https://ada:p@ss@example.org/r", "https://***@example.org/r"),
        ("https://ada:p#s?s@example.org/r", "https://***@example.org/r"),
        ("SSH+git://ada@example.org", "SSH+git://***@example.org"),
        ("a=https://u:p@h/,b=https://u:p@h/", "a=https://***@h/,b=https://***@h/"),
        *((url, url) for url in ("https://example.org/@x", "git@example.org:r.git", "/a/b@c", "")),
    ],
)
def test_users_in_urls_are_hidden(url, shown):
    assert redact_url(url) == shown


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("train --api-key abc --lr 1", "train --api-key *** --lr 1"),
        ("train --api-key=abc", "train --api-key=***"),
        ("train --token a=b", "train --token ***"),
        ("train --hf_token abc", "train --hf_token ***"),
        ("train --db.password abc", "train --db.password ***"),
        ("train --SECRET abc", "train --SECRET ***"),
        ("API_KEY=abc train", "API_KEY=*** train"),
        ("train model.auth.token=abc", "train model.auth.token=***"),
        ("train +auth.token=abc ++x.secret=d", "train +auth.token=*** ++x.secret=***"),
        ("train -Dapi.key=abc", "train -Dapi.key=***"),
        ("train --aws-credentials abc", "train --aws-credentials ***"),
        ("train --passwd abc --token-file f", "train --passwd *** --token-file ***"),
        ("train https://u:p@h/x --url=https://u:p@h", "train https://***@h/x --url=https://***@h"),
        ("train --token --verbose", "train --token --verbose"),
        ("train --tokenizer bert", "train --tokenizer bert"),
        ("train --max-tokens 5 key", "train --max-tokens 5 key"),
        ("train --secretary=ann", "train --secretary=ann"),
    ],
)
def test_secrets_on_a_command_line_are_hidden(command, shown):
    assert redact_command(command.split()) == shown.split()


def test_a_secret_of_several_lines_is_hidden():
    assert redact_command(["--key=a\nb", "--key", "a\nb"]) == ["--key=***", "--key", "***"]


@given(st.lists(st.text()))
def test_a_command_keeps_its_length(argv):
    assert len(redact_command(argv)) == len(argv)


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "a/.env", ".env.local", ".envrc", ".ENV", "prod.env", ".netrc"),
        *("_netrc", ".pypirc"),
        *("id_rsa", ".ssh/id_ed25519", "server.pem", "a/b/tls.KEY", "x.p12"),
        *("kubeconfig", ".npmrc"),
        *(".kube/config", "home/.kube/config", ".aws/credentials", "x/.docker/config.json"),
        *("credentials.json", "client_secret_1.json", "service-account-x.json", "secrets.yaml"),
        *(".git-credentials", ".htpasswd", "a.kdbx"),
    ],
)
def test_files_that_hold_keys_are_withheld(path):
    assert is_withheld(path)


@pytest.mark.parametrize(
    "path",
    [
        *("train.py", "environment.yml", "env.yaml", ".env.example", "a/.env.sample", "id_rsa.pub"),
        *("config", "kube/config", "keys.py", "monkey", "credentials.py"),
        *("secrets.py", ".envs/a.py"),
    ],
)
def test_other_files_are_not(path):
    assert not is_withheld(path)
