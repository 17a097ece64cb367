"""The messages of a sweep on its remote."""

import pytest

from gittrack import git as track_git
from gittrack.engines.remote import post as posts
from gittrack.share.transport import Route

SWEEP = "20260101-000000-aaaa1111"


@pytest.fixture
def post_of(url, scratch):
    """Makes the messages of the sweep as one participant has them, and looks and pushes without pauses."""

    def make(name):
        post = posts.Post(track_git.find(), Route("origin"), url, SWEEP, scratch / f"post-{name}")
        post.shortest_gap = 0.0
        return post

    return make
