"""Print a script that completes verbs, options, runs, experiments, metrics, params and tags in a shell.

Save the script to this file:
  bash   ~/.local/share/bash-completion/completions/git-track
  zsh    _git-track in a folder of your $fpath
  fish   ~/.config/fish/conf.d/git-track.fish

For example: git track completion fish > ~/.config/fish/conf.d/git-track.fish
"""

from __future__ import annotations

import argparse

from gittrack.cli.output import print_result
from gittrack.disk.files import bundled

# The file that a shell reads, below share/.
PATHS = {
    "bash": "bash-completion/completions/git-track",
    "zsh": "zsh/site-functions/_git-track",
    "fish": "fish/vendor_conf.d/git-track.fish",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track completion``."""
    parser.add_argument("shell", choices=tuple(PATHS), help="the shell")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    print_result(bundled("templates", "share", PATHS[args.shell]).read_text(encoding="utf-8"))
    return 0
