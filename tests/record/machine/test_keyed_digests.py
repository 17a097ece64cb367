"""Keyed digests: equal for equal values in one repository, and useless without its key."""

from gittrack.record.machine import keyed_digests


def test_the_key_is_made_once_and_differs_between_repositories(tmp_path):
    here = keyed_digests.key(tmp_path / "a")
    assert here == keyed_digests.key(tmp_path / "a") != keyed_digests.key(tmp_path / "b")


def test_the_name_goes_into_the_digest(tmp_path):
    key = keyed_digests.key(tmp_path)
    assert key.digest("A", b"1") == key.digest("A", b"1")
    assert len({key.digest("A", b"1"), key.digest("B", b"1"), key.digest("A", b"2")}) == 3


def test_the_facts_do_not_hold_the_key(tmp_path):
    key = keyed_digests.key(tmp_path)
    facts = key.facts({"A": "1"})
    assert facts["names"] == {"A": "1"}
    assert facts["salt"] not in key.secret.hex()


def test_a_damaged_key_is_no_key(tmp_path):
    (tmp_path / "variable-salt").write_bytes(b"short")
    assert keyed_digests.key(tmp_path) is None
