"""``git track run --dry-run``: what would run."""

from __future__ import annotations

import shlex

from gittrack.cli.output import print_result
from gittrack.core import yaml_write
from gittrack.core.secrets import redact_command
from gittrack.launch import template
from gittrack.record.session import RunRequest
from gittrack.show.terminal import text


def show(request: RunRequest) -> int:
    """Print the command, the seed and the params; return the exit code."""
    filled = template.fill(request.command, request.params, "PARAMS.yaml")
    print_result(f"would run: {text.escape(shlex.join(redact_command(filled)))}\n")
    if request.seed is not None:
        print_result(f"with seed: {request.seed}\n")
    if request.params:
        print_result("with params:\n")
        params = yaml_write.dump(request.params, sort=True).decode()
        print_result("".join(f"  {text.escape(line)}\n" for line in params.splitlines()))
    return 0
