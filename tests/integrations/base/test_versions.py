"""An integration warns once if the version of its framework was not tested."""

import pytest

from gittrack.integrations.base import versions


@pytest.fixture(autouse=True)
def bounds(monkeypatch):
    monkeypatch.setattr(versions, "TESTED", {"Thing": versions.Tested("1.9", "3.2")})
    monkeypatch.setattr(versions, "_warned", set())


@pytest.mark.parametrize("version", ["1.9", "1.9.1", "2.0.0", "3.2", "3.2.7", "3.2.0rc1+cpu"])
def test_a_tested_version_says_nothing(caplog, version):
    versions.check("Thing", version)
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("version", "word"), [("1.8.9", "older"), ("3.10", "newer"), ("4", "newer")]
)
def test_another_version_warns_once(caplog, version, word):
    versions.check("Thing", version)
    versions.check("Thing", version)
    (message,) = caplog.messages
    assert message == (
        f"Thing {version} is {word} than the versions with which the integration was tested: 1.9 to 3.2"
    )
