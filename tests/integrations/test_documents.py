"""docs/integrations.md names every integration and the versions that it was tested with."""

import re

from helpers import ROOT

from gittrack.integrations.base import versions

PAGE = (ROOT / "docs" / "integrations.md").read_text()


def test_the_page_has_the_tested_versions():
    rows = re.findall(r"^\| (.+?) \| ([\d.]+) \| ([\d.]+) \|$", PAGE, re.M)
    assert {name: (oldest, newest) for name, oldest, newest in rows} == versions.TESTED
