"""Show everything about one version of a model: NAME (the latest), NAME@VERSION or NAME@STAGE."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands.model import _damage
from gittrack.cli.options import add_formats
from gittrack.cli.output import print_result
from gittrack.core.registry import names
from gittrack.read.registry import moved_tags, versions
from gittrack.read.registry.models import Registry
from gittrack.read.registry.signatures import of_commit, of_versions
from gittrack.show.data import model_json
from gittrack.show.terminal.models import page, problems


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model show``."""
    parser.add_argument(
        "model", metavar="NAME[@VERSION|@STAGE]", help="a version; NAME alone is the latest"
    )
    add_formats(parser, "json")


def run(args: argparse.Namespace) -> int:
    """Print the version."""
    repo = git.find()
    target = names.parse_address(args.model)
    state = Registry(repo)
    model = state.model(target.model)
    version = versions.select(model, target)
    signatures = of_versions(repo, [version])
    content = next(git.read_objects(repo, [version.commit]))
    run_signature = of_commit(repo, version.commit, content)
    model = moved_tags.with_moved_version(repo, model, version, content)
    if args.style == "json":
        print_result(
            model_json.dump(model_json.page_json(model, version, signatures, run_signature))
        )
    else:
        print_result(
            page.page(model, version, signatures, run_signature) + problems.warnings([model])
        )
    return _damage.status(state)
