"""Print a completion script for a shell: verbs, options, runs, experiments, metrics, params, tags.

Where it goes:
  bash   git track completion bash > ~/.local/share/bash-completion/completions/git-track
  zsh    git track completion zsh > a folder of your $fpath, as _git-track
  fish   git track completion fish > ~/.config/fish/conf.d/git-track.fish
"""

from __future__ import annotations

import argparse

from gittrack.cli.output import print_result
from gittrack.disk.files import bundled

# Where a shell looks for it, below share/.
PLACES = {
    "bash": "bash-completion/completions/git-track",
    "zsh": "zsh/site-functions/_git-track",
    "fish": "fish/vendor_conf.d/git-track.fish",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track completion``."""
    parser.add_argument("shell", choices=tuple(PLACES), help="the shell")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    print_result(bundled("templates", "share", PLACES[args.shell]).read_text(encoding="utf-8"))
    return 0
