"""Damage of the archive of folded runs is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import run_values

from gittrack.core import layout
from gittrack.folding import archive, building
from gittrack.git import object_store_path, objects, refs
from gittrack.read import doctor_archive
from gittrack.tidy import fold_plan


@pytest.mark.parametrize("name", ["commit", "refs", "messages"])
def test_a_file_of_which_the_disk_lost_a_part_is_named(empty_repo, name):
    """Git stops at such a file."""
    raws = [run_values.commit(empty_repo, number) for number in range(3)]
    store = objects.Store(object_store_path(empty_repo), empty_repo.hash_name)
    members = [member for _, member in fold_plan.members(empty_repo, raws)]
    folded = building.add(store, None, members)
    refs.update(empty_repo, layout.ARCHIVE, folded.commit, None, "fold")
    assert list(doctor_archive.faults(empty_repo)) == []
    (chunk,) = archive.read(empty_repo, folded.commit).chunks
    oid = folded.commit if name == "commit" else getattr(chunk, name)
    file = Path(store.path(oid))
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[: len(content) // 2])
    [(problem, _)] = doctor_archive.faults(empty_repo)
    assert f"the archive {folded.commit[:12]}" in problem
