"""The values of a search that do more than hold values."""

from gittrack.search import plan


def test_the_lowest_free_number_is_known_also_with_gaps():
    started = plan.StartedKeys(["0", "2", "7.r1"])
    assert started.first_free == 1
    started.add("1")
    assert started.first_free == 3
    assert started == {"0", "1", "2", "7.r1"}
