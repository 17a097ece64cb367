"""GTO's grammar of tags, versions and addresses: format beside parse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.core.registry import names
from gittrack.core.registry.names import Address, Mark

MARKS = {
    "resnet18@v3.0.0": Mark("resnet18", "register", "v3.0.0"),
    "resnet18@v3.0.0#12": Mark("resnet18", "register", "v3.0.0", "", 12),
    "resnet18@v3.0.0!#9": Mark("resnet18", "deprecate", "v3.0.0", "", 9),
    "resnet18@v1.2.0-rc.1!": Mark("resnet18", "deprecate", "v1.2.0-rc.1"),
    "resnet18#production#7": Mark("resnet18", "promote", "", "production", 7),
    "resnet18#production!#8": Mark("resnet18", "demote", "", "production", 8),
    "resnet18#production": Mark("resnet18", "promote", "", "production"),
    "resnet18@deprecated": Mark("resnet18", "deprecate model"),
    "team/vision=sub/x#eu/west#10": Mark("team/vision:sub/x", "promote", "", "eu/west", 10),
}


@pytest.mark.parametrize(("tag", "mark"), MARKS.items())
def test_a_tag_and_what_it_says(tag, mark):
    assert names.parse_tag(tag) == mark
    assert names.format_tag(mark) == tag


@pytest.mark.parametrize(
    "tag",
    [
        *(
            "v1.0",
            "resnet18",
            "resnet18@3",
            "resnet18@v3",
            "resnet18@v03.0.0",
            "resnet18@",
            "@v1.0.0",
        ),
        *(
            "resnet18#",
            "resnet18#a.b#1",
            "resnet18#production#",
            "resnet18#production#x",
            "a=@v1.0.0",
        ),
        *("resnet18@v1.0.0!!", "re snet@v1.0.0", "_x@v1.0.0", "resnet18@deprecated!", "=x@v1.0.0"),
        "resnet18#production#99999999999999999999",
    ],
)
def test_a_tag_of_somebody_else(tag):
    assert names.parse_tag(tag) is None


@given(st.text(alphabet="ab1@#!v.0=/-_ d", max_size=20))
def test_any_tag_is_read_as_it_would_be_written(tag):
    mark = names.parse_tag(tag)
    if mark is not None and (mark.number or not tag.endswith("#0")):
        assert names.parse_tag(names.format_tag(mark)) == mark


def test_versions_in_the_order_of_semver_org():
    ordered = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"]
    ordered += ["1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0", "10.0.0"]
    assert sorted(ordered, key=names.order) == ordered


@pytest.mark.parametrize(
    ("word", "version"),
    [("3", "v3.0.0"), ("v3", "v3.0.0"), ("3.1.0", "v3.1.0"), ("v1.0.0-rc.1+b5", "v1.0.0-rc.1+b5")],
)
def test_a_version_as_people_write_it(word, version):
    assert names.check_version(word) == version


@pytest.mark.parametrize(
    "word", ["", "v", "1.2", "03", "1.2.3.4", "1.x", "-1", "v1.0.0!", "latest", "٣"]
)
def test_what_is_no_version(word):
    with pytest.raises(TrackError, match="is not a version"):
        names.check_version(word)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("m", Address("m")),
        ("m@3", Address("m", version="v3.0.0")),
        ("m@v3.0.0", Address("m", version="v3.0.0")),
        ("m@latest", Address("m", latest=True)),
        ("m@production", Address("m", stage="production")),
        ("m#production", Address("m", stage="production")),
        ("dir:m@v3", Address("dir:m", version="v3.0.0")),
        ("m@2nd", Address("m", stage="2nd")),
    ],
)
def test_an_address(text, address):
    assert names.parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "@3", "m@", "m@3.1", "a b@3", "m@-x", "m@a b", "../m", "m@3@4", "a//b", "m.lock@1"]
)
def test_what_is_no_address(text):
    with pytest.raises(TrackError):
        names.parse_address(text)


@pytest.mark.parametrize(
    "name", ["a//b", ".x:m", "a/.b:m", "x.lock/b:m", "..:m", "m" * 200, "a:b:c"]
)
def test_names_that_git_or_gto_would_not_take(name):
    with pytest.raises(TrackError, match="cannot be the name of a model"):
        names.check_model(name)
