"""Values as people read them."""

from __future__ import annotations

import pytest

from gittrack.show.terminal import text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (10**18 - 1, "999999999999999999"),
        (10**18, "1e+18"),
        (2**63, "9.2234e+18"),
        (-(10**400), "-1e+400"),  # no float is as large
        (1e-5, "1e-05"),
        (None, "-"),
        (True, "true"),
    ],
)
def test_a_value_is_short(value, shown):
    assert text.value(value) == shown
