"""Everything about one version of a model: NAME (the latest), NAME@VERSION or NAME@STAGE."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.commands._common import add_formats, out
from gittrack.commands.model import _damage
from gittrack.core import modelnames
from gittrack.read import moved, versions
from gittrack.read.models import Registry
from gittrack.read.signatures import of_commit, of_versions
from gittrack.show import modeljson, modelpage, models


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model show``."""
    parser.add_argument("model", metavar="NAME[@VERSION|@STAGE]", help="the latest, if only a name")
    add_formats(parser, "json")


def run(args: argparse.Namespace) -> int:
    """Print the version."""
    repo = git.find()
    wanted = modelnames.parse_address(args.model)
    state = Registry(repo)
    model = state.model(wanted.model)
    version = versions.chosen(model, wanted)
    signatures = of_versions(repo, [version])
    content = next(git.read_objects(repo, [version.commit]))
    run_signature = of_commit(repo, version.commit, content)
    model = moved.with_run(repo, model, version, content)
    if args.style == "json":
        out(modeljson.dump(modeljson.page_json(model, version, signatures, run_signature)))
    else:
        out(modelpage.page(model, version, signatures, run_signature) + models.warnings([model]))
    return _damage.status(state)
