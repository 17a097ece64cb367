"""A bare repository as origin, and a process of a sweep that meets there."""

import pytest
from helpers import git

from gittrack import git as track_git
from gittrack.engines.remote import post as posts
from gittrack.share.transport import Route

SWEEP = "20260101-000000-aaaa1111"


@pytest.fixture
def url(project, scratch):
    """A remote, to which runs may go."""
    url = str(scratch / "origin.git")
    git(".", "init", "-q", "--bare", url)
    git(".", "remote", "add", "origin", url)
    git(".", "config", "remote.origin.gittrackPush", url)
    return url


@pytest.fixture
def post_of(url, scratch):
    """Makes the messages of the sweep as one participant has them, and looks and pushes without pauses."""

    def make(name):
        post = posts.Post(track_git.find(), Route("origin"), url, SWEEP, scratch / f"post-{name}")
        post.shortest_gap = 0.0
        return post

    return make
