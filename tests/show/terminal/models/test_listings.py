"""Models, versions and events as tables."""

from __future__ import annotations

import pytest
from run_values import event, model

from gittrack.core.registry.model_state import GOOD, UNSIGNED, Signature
from gittrack.show.terminal import text
from gittrack.show.terminal.models import listings

AT = {"at": "2026-03-01T12:34:56.000Z"}
NET = model(
    event(
        "m@v1.0.0", "c1", run="20260301-000000-00000001", name="base", metrics={"acc": 0.5}, **AT
    ),
    event("m@v2.0.0", "c2", metrics={"acc": 0.75, "val_loss": 1.0}, why="wider\x1b", **AT),
    event("m#production#1", "c1", version="v1.0.0", why="best", **AT),
    event("m#qa#2", "c1", **AT),
)
UNSIGNED_TAGS = {"m@v1.0.0": Signature(UNSIGNED), "m@v2.0.0": Signature(UNSIGNED)}
SIGNED_TAGS = {**UNSIGNED_TAGS, "m@v2.0.0": Signature(GOOD)}


# --- Models ---------------------------------------------------------------------------------------


def test_a_model_has_its_latest_version_and_that_of_each_stage():
    table = listings.listing([NET], UNSIGNED_TAGS)
    assert dict(zip(table.heads, table.rows[0], strict=True)) == {
        **{"MODEL": "m", "LATEST": "v2", "PRODUCTION": "v1", "QA": "v1", "VERSIONS": "2"},
        **{"REGISTERED": "2026-03-01", "BY": "Ada Lovelace", "SIGNATURE": UNSIGNED},
    }


def test_stages_come_in_one_order_and_empty_cells_are_dashes_for_people():
    other = model(("m@v1.0.0", "c"), ("m#zeta#1", "c"), ("m#staging#2", "c"))
    signatures = {**UNSIGNED_TAGS, "m@v1.0.0": Signature(UNSIGNED)}
    table = listings.listing([NET, other], signatures)
    assert table.heads[2:6] == ["PRODUCTION", "STAGING", "QA", "ZETA"]
    assert table.rows[0][2:6] == ["v1", "-", "v1", "-"]
    assert listings.listing([NET, other], signatures, exact=True).rows[0][2:6] == [
        "v1",
        "",
        "v1",
        "",
    ]


def test_a_deprecated_model_says_so_and_may_have_no_latest_version():
    gone = model(("m@v1.0.0", "c"), ("m@v1.0.0!#1", "c"))._replace(deprecated=True)
    row = listings.listing([gone], {}).rows[0]
    assert (row[0], row[1], row[-3:]) == ("m (deprecated)", "-", ["-", "-", "-"])


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80])
def test_a_list_fits_and_keeps_a_signature_that_says_something(width):
    table = listings.listing([NET], SIGNED_TAGS, width=width)
    assert "SIGNATURE" in table.heads
    assert {"MODEL", "LATEST"} <= set(table.heads)
    unsigned = listings.listing([NET], UNSIGNED_TAGS, width=width)
    lines = text.columns([unsigned.heads, *unsigned.rows], unsigned.right)
    assert max(map(len, lines)) <= max(width, 25)
    assert set(unsigned.heads) | set(unsigned.left_out) == set(
        listings.listing([NET], UNSIGNED_TAGS).heads
    )


# --- Versions -------------------------------------------------------------------------------------


def test_a_version_has_its_run_its_metrics_and_why_it_was_registered():
    table = listings.versions(NET.versions, UNSIGNED_TAGS)
    assert table.heads == [
        *("VERSION", "STAGE", "RUN", "acc", "val_loss", "REGISTERED", "BY", "SIGNATURE", "WHY"),
    ]
    assert table.rows[0][:5] == ["v1", "production, qa", "00000001 base", "0.5", "-"]
    assert table.rows[1][:3] == ["v2", "development", "c2"]
    assert table.rows[1][-1] == "wider\\x1b"


def test_three_metrics_are_shown_and_programs_get_all_of_them():
    many = model(event("m@v1.0.0", "c1", metrics=dict.fromkeys("abcde", 1 / 3)))
    table = listings.versions(many.versions, UNSIGNED_TAGS)
    assert (table.heads[3:6], table.left_out) == (["a", "b", "c"], ["d", "e"])
    exact = listings.versions(many.versions, UNSIGNED_TAGS, exact=True)
    assert (exact.heads[3:8], exact.rows[0][3]) == (list("abcde"), repr(1 / 3))


def test_a_deprecated_version_is_in_no_stage():
    gone = model(("m@v1.0.0", "c"), ("m@v1.0.0!#1", "c"))
    assert listings.stage_of(gone.versions[0]) == "deprecated"


def test_long_cells_are_cut_on_a_terminal_only():
    long = model(event("m@v1.0.0", "c1", name="n" * 60))
    assert len(listings.versions(long.versions, UNSIGNED_TAGS).rows[0][2]) > 60
    assert len(listings.versions(long.versions, UNSIGNED_TAGS, width=200).rows[0][2]) == 30


# --- Events ---------------------------------------------------------------------------------------


def test_each_event_is_a_row():
    table = listings.history(NET, NET.events)
    assert table.heads == ["#", "WHEN", "EVENT", "VERSION", "STAGE", "BY", "WHY"]
    assert table.rows[0] == ["", "2026-03-01 12:34", "register", "v1", "-", "Ada Lovelace", ""]
    assert table.rows[2] == [
        *("1", "2026-03-01 12:34", "promote", "v1", "production", "Ada Lovelace", "best"),
    ]


@pytest.mark.parametrize(
    ("record", "version"),
    [
        (event("m@v7.0.0", "x"), "v7"),
        (event("m@deprecated", "c1"), "-"),
        (event("m#qa#1", "c1", version="v9.0.0"), "v1"),  # the commit decides
        (event("m#qa#1", "gone", version="v9.0.0"), "v9"),
        (event("m#qa#1", "0123456789"), "01234567"),
    ],
)
def test_the_version_that_an_event_is_about(record, version):
    assert listings.version_of(NET, record) == version


def test_who_made_an_event():
    assert listings.person_of(NET.events[0]) == "Ada Lovelace"
    nobody = NET.events[0]._replace(text=NET.events[0].text._replace(person=""))
    assert listings.person_of(nobody) == "-"
