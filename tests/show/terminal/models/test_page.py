"""The page about one version of a model."""

from __future__ import annotations

from run_values import AUTHOR, event, model

from gittrack.core.registry.model_state import GOOD, UNSIGNED, Signature
from gittrack.show.terminal.models import page

FACTS = {
    **{"run": "20260301-000000-00000001", "name": "base", "experiment": "cifar", "why": "first"},
    **{"fingerprint": "0" * 12, "metrics": {"acc": 1 / 3}, "at": "2026-03-01T12:34:56.000Z"},
    "artifacts": [{"path": "w\x1b.bin", "size": 2048, "sha256": "ab" * 32}, {"path": "x"}],
}
NET = model(
    event("m@v1.0.0", "c1", **FACTS),
    event("m@v1.2.0", "c2"),
    event("m#qa#1", "c1", at=FACTS["at"]),
    event("m#prod#2", "c9"),
)
SIGNATURES = {"m@v1.0.0": Signature(GOOD, "by Ada"), "m@v1.2.0": Signature(UNSIGNED)}


def shown(position: int, subject=NET) -> str:
    return page.page(subject, subject.versions[position], SIGNATURES, Signature(UNSIGNED))


def test_a_version_with_everything():
    assert shown(1) == (
        "model       m\n"
        "version     v1  (v1.0.0)\n"
        "stage       qa\n"
        "run         20260301-000000-00000001 base\n"
        "experiment  cifar\n"
        "commit      c1\n"
        "config      000000000000\n"
        f"registered  2026-03-01T12:34:56.000Z by {AUTHOR}\n"
        "why         first\n"
        "signature   verified: by Ada\n"
        "run commit  unsigned\n"
        "stages      prod: c9, qa: v1\n"
        "\n"
        "metrics\n"
        "  acc  0.333333\n"
        "\n"
        "artifacts\n"
        "  w\\x1b.bin  2.0 KiB  abababababab\n"
        "  x          0 B\n"
        "\n"
        "history\n"
        "     2026-03-01 12:34  register  v1  -   Ada Lovelace  first\n"
        "  1  2026-03-01 12:34  promote   v1  qa  Ada Lovelace\n"
        "\n"
        "by hand\n"
        "  git show m@v1.0.0\n"
        "  git show refs/models/m/qa\n"
    )


def test_a_version_without_facts_has_few_rows():
    text = shown(2)
    assert "version     v1.2.0\n" in text
    assert "metrics" not in text
    assert "artifacts" not in text


def test_a_commit_that_was_never_registered():
    text = shown(0)
    assert "version     c9\n" in text
    assert "registered  never\n" in text
    assert "by hand" not in text
    assert "signature " not in text


def test_a_deprecated_model_says_so():
    assert "model       m (deprecated)\n" in shown(1, NET._replace(deprecated=True))
    assert "stages      none is in use\n" in shown(1, NET._replace(stages={}))
