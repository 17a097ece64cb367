"""core/secrets: what must not be recorded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.secrets import redact_command, redact_text, redact_url


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
        ("curl --auth abc --passphrase d", "curl --auth *** --passphrase ***"),
        ("train --http-auth=abc -password d", "train --http-auth=*** -password ***"),
        ("curl -H Authorization: Bearer X", "curl -H Authorization: Bearer ***"),
        ("curl https://h/?a=1&access_token=X#b", "curl https://h/?a=1&access_token=***#b"),
        ("get https://h/f?X-Amz-Signature=ab&sig=c", "get https://h/f?X-Amz-Signature=***&sig=***"),
        ("curl -d access_token=abc", "curl -d access_token=***"),
        ("train --auth-type basic --no-auth x", "train --auth-type basic --no-auth x"),
        ("train --use_auth true --token=false", "train --use_auth true --token=false"),
        ("train --author ann -k 3", "train --author ann -k 3"),
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


# Written in two parts, so that no scanner takes them for real tokens.
TOKENS = [
    "sk" + "-abcdefghij0123456789abcd",
    "sk" + "-proj-abcdefghij_0123456789-abcd",
    "sk" + "-ant-api03-abcdefghij0123456789",
    "ghp" + "_abcdefghijklmnopqrstuvwxyz0123456789",
    "github_pat" + "_11ABCDEFG0123456789_abcdefgh",
    "hf" + "_abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "xoxb" + "-1234567890-abcdefghij",
    "glpat" + "-abcdefghij0123456789",
    "AIza" + "SyA0123456789abcdefghijklmnopqrstuv",
    "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.abcdefghijklmnop",
    "-----BEGIN RSA PRIVATE " + "KEY-----\nabc\n-----END RSA PRIVATE " + "KEY-----",
]


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_of_a_known_shape_is_hidden_anywhere(token):
    assert redact_text(f"with {token}, it works") == "with ***, it works"
    assert redact_command(["train", token, f"--to={token}"]) == ["train", "***", "--to=***"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abc", "Authorization: Bearer ***"),
        ('curl -H "X-Api-Key: abc" h', 'curl -H "X-Api-Key: ***" h'),
        ("authorization:Basic YTpi", "authorization:Basic ***"),
        ("export HF_TOKEN=abc; train --token 'a b'", "export HF_TOKEN=***; train --token ***"),
        ("see https://h/a?token=abc&b=1", "see https://h/a?token=***&b=1"),
        ("push to https://ada:pw@h/r.git", "push to https://***@h/r.git"),
    ],
)
def test_secrets_in_a_text_are_hidden(text, shown):
    assert redact_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("max token: 512, better", "sk-learn-style-pipeline-with-long-name", "a hf_tokenizer"),
        *("f(key=lambda x: x); token = tokenizer(x)", "sort --by loss", "N=5 python a.py"),
        *("the bearer capacity is high", "https://h/a?page=2&sort=loss", "0123456789abcdef" * 3),
        *("risk-0123456789abcdefghijk", "AKIA", "head-to-head", "", "lr=0.1 --lr 0.1"),
    ],
)
def test_ordinary_text_is_kept(text):
    assert redact_text(text) == text
    assert redact_command(["sh", "-c", text]) == ["sh", "-c", text]
