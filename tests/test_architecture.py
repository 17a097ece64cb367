"""The rules of docs/design/layers.md, held against every module below gittrack/.

Each rule finds what it is about in the code and compares that with a literal table here.  To break
a rule, add a line with a reason; a line that nothing needs any more fails as well.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import helpers
import pytest

PACKAGE = Path(__file__).parent.parent / "gittrack"

# --- The tables --------------------------------------------------------------------------------

# What each layer, a folder or file directly below gittrack/, may import besides itself, from the ground up.
# Recording and reading never see each other; what is shown (show) sees only values and analysis, and
# nothing but an entry point sees that.
_BASE = {"core", "disk"}
_RUNS = {*_BASE, "git", "folding", "large", "analysis", "record", "read"}
MAY_IMPORT = {
    "version": set(),
    "core": set(),
    "disk": {"core"},
    "analysis": {"core"},
    "git": _BASE,
    "folding": {*_BASE, "git"},
    "large": {*_BASE, "git"},
    "record": {
        *_BASE,
        "git",
        "folding",
        "analysis",
        "version",
    },  # analysis: the rule of `run.should_stop`
    "read": {*_BASE, "git", "folding", "large", "analysis"},
    "launch": _RUNS,
    "tidy": _RUNS,
    "reproduce": {*_RUNS, "launch"},
    "search": {"core", "analysis"},
    "sweeping": {*_RUNS, "launch", "reproduce", "search"},
    "models": {*_RUNS, "reproduce"},
    "share": {*_RUNS, "models", "tidy", "version"},
    "engines": {*_RUNS, "launch", "reproduce", "search", "sweeping", "share", "version"},
    "show": {"core", "analysis"},
    "web": {*_BASE, "git", "analysis", "read", "search", "sweeping", "show", "version"},
    "api": {*_RUNS, "launch", "models", "search", "share", "show", "web"},
    "integrations": {*_RUNS, "launch", "models", "search", "share", "show", "web", "api"},
    "sweep": {"api", "search"},  # the public names of `gittrack.sweep`
    "cli": {
        *_RUNS,
        *(
            "launch",
            "tidy",
            "reproduce",
            "search",
            "sweeping",
            "engines",
            "models",
            "share",
            "show",
            "web",
            "api",
            "version",
        ),
    },
    "__main__": {"cli"},
    "__init__": {"api", "cli", "core", "record", "version"},  # the public names of `gittrack`
}
LAYER_EXCEPTIONS: dict[str, str] = {
    "launch/hook/auto_hook.py -> gittrack.integrations.auto.listeners": (
        "runs in the command, not in the launcher"
    ),
}

STARTS_PROCESSES = {
    "git/spawn.py": "starts git for git/process.py, and a Python for launch/probe.py",
    "launch/probe.py": "starts the interpreter of the command, to read its version and packages",
    "launch/process.py": "starts the user's command",
    "launch/family.py": "forks the watcher, which outlives the launcher",
    "disk/read_only.py": "forks a process that tries to change its mounts",
    "reproduce/environments/locked_environment.py": "has uv, pip, conda and others make an environment",
    "reproduce/causes/why.py": "has pip install the recorded version of a package",
    "launch/signals.py": "forks the witness of signals to the process group",
    "sweeping/pool.py": "forks the launchers of trials, which costs no start of an interpreter",
    "read/index/writing/appending.py": "forks processes that encode the index of very many runs",
    "engines/links.py": "starts the agents of an engine, here or by ssh",
    "engines/backends/slurm_commands.py": "starts sbatch, squeue and scancel",
    "engines/setup_file.py": "has the shell of the user read the file of --setup",
    "cli/commands/demo.py": "runs git-track itself in the demo project",
    "cli/pager.py": "shows long output in the user's pager",
}
IMPORTS_GITPYTHON = {"git/process.py": "offers `run.commit`; nothing else needs GitPython"}

SPEAKS = ("cli/",)
SPEAKS_EXCEPTIONS = {
    "__main__.py": "ends with what cli.main returns",
    "record/machine/environment.py": "runs as a script in the command's interpreter and answers on stdout",
    "launch/process.py": "a forked child must end by os._exit",
    "launch/family.py": "a forked child must end by os._exit",
    "disk/read_only.py": "a forked child must end by os._exit",
    "launch/signals.py": "a forked child must end by os._exit",
    "api/messages.py": "the lines on stderr at the beginning and end of a script's run",
    "sweeping/pool.py": "a forked child must end by os._exit",
    "read/index/writing/appending.py": "a forked child must end by os._exit",
    "record/active/warning.py": "a program without a free descriptor cannot import logging for its warning",
}

READS_ENVIRONMENT = {
    "reproduce/environments/locked_environment.py": "puts the environment that it made on PATH",
    "git/process.py": "drops variables that redirect git",
    "git/config.py": "git's own identity variables",
    "git/files/config_files.py": "variables that name git's files of configuration",
    "git/files/repository.py": "variables that tell git where to look for a repository",
    "integrations/wandb/settings.py": "the variables of W&B",
    "integrations/mlflow/session.py": "the variables of MLflow",
    "api/run.py": "GITTRACK_MODE, which can turn recording off",
    "api/starting/begin.py": "GITTRACK_MODE, which can turn recording off",
    "api/starting/launched.py": "the variables in which the launcher describes the run to its command",
    "api/starting/workers.py": "the ranks of distributed jobs",
    "record/ending/process_end.py": "names the current run to child processes",
    "record/machine/environment.py": "records the variables that change numerical results",
    "record/run_files.py": "the limit that the launcher passes on",
    "record/machine/author.py": "the user's name",
    "git/files/attributes.py": "the variables by which git finds its files of attributes",
    "launch/launcher.py": "the environment that the command inherits",
    "launch/hook/auto_hook.py": "the file for arguments, from the launcher",
    "launch/hook/sitecustomize.py": "the seed and the folder for its report, from the launcher",
    "disk/programs.py": "PATH",
    "launch/probe.py": "the active environment, and the PYTHONPATH to which a rerun adds folders",
    "api/seeding.py": "the seed from the launcher, and the variables that it had to set",
    "cli/script.py": "the params and the seed from the launcher",
    "reproduce/surroundings.py": "sets the variables of a rerun: the run that it repeats, and PYTHONPATH",
    "reproduce/rerun_worktree.py": "puts folders of the worktree before the user's PYTHONPATH",
    "record/active/stopping.py": "the stopping rule that the sweep passes to its trial",
    "disk/trust.py": "the folder for state of the user",
    "sweeping/isolation/gpus.py": "the variables that say which GPUs a trial can see",
    "engines/remote_repository.py": "the cache folder of the user",
    "engines/single_run.py": "puts folders of the worktree before the user's PYTHONPATH",
    "engines/setup_file.py": "which variables the file of --setup changes, and PATH",
    "cli/output.py": "NO_COLOR and TERM",
    "cli/commands/_agent.py": "whether Slurm started a job again",
    "cli/pager.py": "GIT_PAGER and PAGER, by git's rules",
    "cli/commands/demo.py": "puts git-track on PATH",
    "cli/commands/ui.py": "whether there is a screen, and who would use ssh",
}

BROAD_EXCEPTS = {
    "integrations/wandb/sweeps.py": "a failed trial is an outcome, as in W&B",
    "read/files/image_changes.py": "a damaged image has no preview; Pillow raises errors of many kinds",
    "read/doctor_runs.py": "one run that cannot be compared is a finding and never hides the others",
    "read/runs/reader.py": "one run that cannot be decoded is marked damaged and never hides the others",
    "read/runs/live.py": "one journal that cannot be decoded is marked damaged and never hides the others",
    "record/machine/usage/periodic.py": "any error of psutil ends the samples, and no training",
    "record/recovery.py": "one journal that cannot be committed is kept and never stops the others",
    "cli/main.py": "the one boundary: writes the traceback to a file and prints the path",
    "web/application.py": "the boundary of a request: the log has the traceback, the answer none",
}

LAZY_IMPORTS = {
    "launch/hook/auto_hook.py": {
        "omegaconf": "a program with Hydra has imported it",
        "gittrack.integrations.auto.listeners": "only a program that imports a framework needs it",
    },
    "integrations/auto/boosters.py": {
        "gittrack.integrations.lightgbm": "it needs LightGBM",
        "gittrack.integrations.xgboost": "it needs XGBoost",
    },
    "integrations/auto/estimators.py": {
        "gittrack.integrations.sklearn": "only a model that is fitted needs it",
    },
    "integrations/auto/networks.py": {
        "gittrack.integrations.keras": "it needs Keras",
        "gittrack.integrations.lightning": "it needs Lightning",
        "gittrack.integrations.transformers": "it needs transformers",
    },
    "integrations/auto/studies.py": {"gittrack.integrations.optuna": "it needs Optuna"},
    "launch/hook/sitecustomize.py": {
        "auto_hook": "only with --auto",
        "atexit": "only a launched program needs it",
        "hashlib": "only a generator without a seed needs it",
    },
    "launch/config.py": {"gittrack.core.yaml_read": "many commands have no configuration"},
    "launch/observe/unread_params.py": {
        "gittrack.core.yaml_read": "only a command that names its params needs it"
    },
    "launch/loaded_code.py": {"filecmp": "only a rerun has two trees"},
    "launch/observe/observers.py": {
        "gittrack.record.points": "1 ms, with threading, that a short run does not need",
        "gittrack.launch.observe.arguments": "2 ms that only --auto needs",
        "gittrack.launch.observe.console_lines": "2 ms that only --scrape needs",
        "gittrack.launch.observe.metrics_file": "only --metrics needs it",
    },
    "launch/probe.py": {"subprocess": "3 ms that only a command in a worktree needs"},
    "launch/template.py": {"shlex": "few commands have a field"},
    "launch/start_hook.py": {"ast": "only a command that started a Python needs it"},
    "git/files/head.py": {
        "gittrack.git.files.packed_object": "a commit of a moment ago is no part of a pack"
    },
    "record/publish/writer.py": {
        "gittrack.folding.visible": "only a run that is resumed needs it",
        "gittrack.git.files.pack": "only a run of very many files needs it",
    },
    "record/publish/tree.py": {
        "gittrack.git.signing": "most users do not sign, and it knows the models",
    },
    "record/active/warning.py": {"logging": "5 ms that only a warning needs"},
    "record/code/capture.py": {"gittrack.record.code.snapshot": "only uncommitted changes need it"},
    "record/session.py": {
        "gittrack.core.run.judgement": "only a rerun needs it",
        "gittrack.record.publish.removed_journal": "another host rarely commits a live run",
    },
    "record/code/conversions.py": {
        "gittrack.record.code.lfs_files": "few repositories use Git LFS"
    },
    "record/code/index.py": {"shutil": "2 ms that only uncommitted changes need"},
    "record/publish/collect.py": {"shutil": "2 ms that only the points of a foreign command need"},
    "record/dead_journals.py": {
        "shutil": "2 ms that only a crash needs",
        "gittrack.disk.journal_owner": "only after a crash",
    },
    "record/recovery.py": {"gittrack.disk.journal_owner": "only after a crash"},
    "disk/copies.py": {"shutil": "2 ms that only a copied file needs"},
    "record/evidence/written.py": {
        "gittrack.analysis.canonical.content": "only a command that wrote files needs it",
        "gittrack.analysis.canonical.kinds": "only a command that wrote files needs it",
        "gittrack.analysis.span": "only a command that wrote files needs it",
        "gittrack.record.evidence.links": "only a tree with symbolic links needs it",
    },
    "api/starting/launched.py": {
        "gittrack.core.yaml_read": "only a script that was launched reads a configuration",
        "gittrack.record.active.join": "only a script that was launched joins",
    },
    "api/starting/begin.py": {
        "gittrack.api.starting.recorder": "git works while it is imported",
        "gittrack.api.notebooks.shell": "only a notebook needs it",
    },
    "api/starting/workers.py": {
        "gittrack.record.active.recorders": "only a worker process needs it"
    },
    "api/starting/recorder.py": {
        "gittrack.record.active.disabled": "most programs record",
        "gittrack.record.active.join": "only a script that was launched joins",
        "gittrack.record.machine.usage.periodic": "only with psutil there are samples",
        "gittrack.api.starting.resuming": "30 ms that only resuming a run needs",
        "gittrack.share.background.automatic": "only a run that is pushed needs it",
        "gittrack.share.background.live": "only a run that is shown live needs it",
    },
    "disk/flush.py": {"ctypes": "only a run of many files needs it"},
    "disk/read_only.py": {"ctypes": "only a command in a worktree needs it"},
    "cli/main.py": {
        "tempfile": "only a bug needs it",
        "traceback": "only a bug needs it",
        "gittrack.cli.parsing": "git starts before argparse is imported",
        "gittrack.core.registry.names": "only some verbs need it",
        "gittrack.record.code.status_call": "only one verb needs it",
    },
    "cli/output.py": {"gittrack.cli.pager": "only output on a terminal needs it"},
    "cli/commands/_bar.py": {"tqdm": "30 ms that only large files on a terminal need"},
    "cli/commands/sweep/__init__.py": {
        "gittrack.cli.commands.sweep.start": "the verbs below it start no sweep",
        "gittrack.cli.parsing": "a listing of sweeps is read without argparse",
    },
    "sweeping/prepare.py": {
        "gittrack.launch.launcher": "a listing of sweeps starts no command",
        "gittrack.launch.config": "a listing of sweeps reads no configuration",
        "gittrack.core.secrets": "a listing of sweeps shows no command",
        "gittrack.record.machine.author": "a listing of sweeps records nothing",
    },
    "search/sampling.py": {"hashlib": "5 ms that a listing of sweeps does not need"},
    "sweeping/workdir.py": {"pathlib": "4 ms that a listing of sweeps does not need"},
    "sweeping/stored.py": {
        "gittrack.git.objects": "a listing of sweeps records nothing",
        "gittrack.disk.trust": "a listing of sweeps starts no command",
        "gittrack.record.session": "a listing of sweeps records nothing",
        "gittrack.record.code.capture": "a listing of sweeps records nothing",
        "gittrack.record.code.tree_inspection": "a listing of sweeps records nothing",
        "gittrack.record.machine.author": "a listing of sweeps records nothing",
        "gittrack.record.publish.writer": "a listing of sweeps records nothing",
    },
    "cli/commands/sweep/_progress.py": {"tqdm": "30 ms that only a sweep on a terminal needs"},
    "cli/commands/_hidden.py": {
        "gittrack.cli.completing": "it imports the modules of all verbs, which only completion needs",
        "gittrack.cli.commands._background": "only a process in the background shares runs",
        "gittrack.cli.commands._agent": "only a worker of an engine runs trials",
    },
    "cli/commands/sweep/_search.py": {
        "gittrack.show.page.pictures": "needs Matplotlib, which is optional",
    },
    "cli/commands/sweep/_engine.py": {
        "gittrack.engines.engines": "most sweeps run on one machine",
        "gittrack.engines.executor": "most sweeps run on one machine",
        "gittrack.share.background.automatic": "most sweeps run on one machine",
        "gittrack.share.pull": "most sweeps run on one machine",
        "gittrack.share.choosing.options": "most sweeps run on one machine",
    },
    "cli/commands/_page.py": {"gittrack.web.one_file": "with NumPy, which a server starts without"},
    "api/records.py": {"gittrack.web.one_file": "only who asks for a page needs it"},
    "api/runs.py": {
        "gittrack.api.notebooks.previews": "only a notebook needs it",
        "gittrack.show.data.frame": "pandas takes half a second",
        "gittrack.read.index.bulk.run_columns": "only a data frame needs it",
        "gittrack.web.one_file": "only who asks for a page needs it",
        "pandas": "only where it is installed, and asked for",
    },
    "web/live.py": {"gittrack.web.views.tails": "with NumPy, which the first page does not need"},
    "share/hosts/failures.py": {"gittrack.core.secrets": "1 ms that only a failure needs"},
    "share/large_files.py": {"gittrack.large.choice": "20 ms that only large files need"},
    "share/unchanged.py": {"gittrack.disk.folders": "only the first push of nothing writes"},
    "cli/commands/_share_words.py": {
        "gittrack.cli.output": "10 ms that only a remote with an unusual name needs",
        "gittrack.show.terminal.text": "only a remote with an unusual name needs it",
    },
    "cli/commands/push.py": {"gittrack.cli.commands._push": "80 ms that a push of nothing spares"},
    "cli/commands/pull.py": {"gittrack.cli.commands._pull": "80 ms that a pull of nothing spares"},
    "cli/commands/ui.py": {
        "gittrack.web.application": "a file needs no server",
        "gittrack.web.security": "a file needs no server",
        "gittrack.web.serving": "a file needs no server",
        "webbrowser": "only a desktop has a browser",
    },
    "cli/commands/plot.py": {
        "gittrack.read.series.curve": "with NumPy, which few points do not need"
    },
    "cli/commands/export.py": {"gittrack.show.data.parquet": "needs pyarrow, which is optional"},
    "search/strategies/optuna_sampler.py": {
        "optuna": "optional, and slow to import",
        "warnings": "a listing of sweeps does not need it",
    },
    "search/strategies/sobol.py": {"scipy": "optional, and slow to import"},
    "analysis/fanova.py": {"optuna": "optional", "sklearn": "optional; Optuna needs it for this"},
    "search/distributions.py": {"statistics": "10 ms that only normal distributions need"},
    "api/seeding.py": {
        "jax": "only a JAX key needs it",
        "numpy": "only a NumPy generator needs it",
    },
    "show/data/parquet.py": {"pyarrow": "an extra, and a heavy one"},
    "core/run/annotation_log.py": {"gittrack.core.run.judgement": "few runs have a verdict"},
    "cli/commands/demo.py": {"gittrack.web.search_demo": "only the end of the demo needs it"},
    "cli/commands/ls.py": {
        "gittrack.cli.commands._sweep_lines": "most listings have no trial",
        "gittrack.cli.commands._remote_runs": "it reaches a remote",
        "gittrack.show.data.jsonable": "only --json needs it",
    },
    "cli/commands/run.py": {
        "gittrack.cli.commands._dry_run": "most commands are run",
        "gittrack.cli.commands._same_name": "few runs have a name, and it reads runs",
        "gittrack.cli.commands._skip_existing": "5 ms that only --skip-existing needs",
        "gittrack.cli.commands._elsewhere": "most runs are here",
        "gittrack.share.background.automatic": "only a run that is pushed needs it",
        "gittrack.share.background.live": "only a run that is shown live needs it",
    },
    "cli/commands/_observe.py": {
        "gittrack.launch.observe.console_lines": "2 ms that only --scrape needs"
    },
    "cli/commands/rm.py": {"gittrack.cli.commands._everywhere": "it reaches a remote"},
    "cli/options.py": {
        "argparse": "a plain command line is read without it",
        "gittrack.core.settings": "few verbs have an option for an interval",
    },
    "core/settings.py": {
        "gittrack.core.query.durations": "only a repository with track.live needs it"
    },
    "cli/commands/top.py": {
        "gittrack.cli.commands._over": "a leaderboard of runs does not need it",
        "gittrack.show.data.jsonable": "only --json needs it",
    },
    "read/runs/decoding/many_runs.py": {
        "gittrack.read.runs.decoding.batch": "most listings are short",
    },
    "core/run/run_info.py": {
        "gittrack.core.query.iso_8601": "2 ms; a listing does not need it",
        "gittrack.core.run.trials": "most runs are not trials",
    },
    "core/run/series.py": {"csv": "few metrics have a comma or a quote in their names"},
    "launch/console.py": {"termios": "only a terminal needs it"},
    "core/query/equality.py": {"struct": "0.3 ms that most listings do not need"},
    "core/digests.py": {"hashlib": "3 ms that only long content needs"},
    "record/machine/environment.py": dict.fromkeys(
        ("contextlib", "hashlib", "json"), "only the script needs it"
    ),
    "api/run.py": {"gittrack.core.run.habits": "only a mistake needs it"},
    "core/errors.py": {"difflib": "only a mistake needs it"},
    "core/standard/pathlib.py": {"pathlib": "a run needs no method of it that is not here"},
    "core/foreign_objects.py": {
        "dataclasses": "10 ms; only a config with dataclasses needs it, and has imported it"
    },
    "core/yaml_read.py": {"yaml": "40 ms; a listing does not need it"},
    "git/process.py": {
        "git": "100 ms; a listing does not need it",
        "gittrack.git.partial_clone": "only a failure in a partial clone needs it",
    },
    "large/fsspec_store.py": {"fsspec": "optional, and slow to import"},
    "read/files/artifacts.py": {"gittrack.large.choice": "only content that is not here needs it"},
    "read/index/completion.py": {
        "gittrack.core.run.schemas": "few runs are truncated",
        "gittrack.core.yaml_read": "few runs are truncated",
    },
    "read/index/columns.py": {"array": "only who writes the index needs it"},
    "read/index/selecting.py": {
        "gittrack.analysis.direction": "only a leaderboard needs it",
        "gittrack.read.index.completion": "few runs are truncated",
        "gittrack.read.index.filtering": "10 ms; a listing without a query does not need it",
        "gittrack.read.index.stored_metrics": "few runs are truncated",
        "heapq": "few runs are sorted",
    },
    "read/index/overlay.py": {"gittrack.disk.folders": "most listings write nothing"},
    "read/index/store.py": {
        "gittrack.core.errors": "most listings write nothing",
        "gittrack.disk.folders": "most listings write nothing",
        "gittrack.disk.lock": "most listings write nothing",
    },
    "read/index/update.py": {"gittrack.read.index.writing.renewal": "most listings write nothing"},
    "read/index/writing/renewal.py": {"logging": "few repositories have so many runs"},
    "read/index/writing/appending.py": {
        "gc": "few repositories have so many runs",
        "signal": "few repositories have so many runs",
    },
    "read/runs/refs_and_journals.py": {
        "gittrack.read.index.completion": "few runs are truncated",
    },
    "read/runs/query.py": {
        "gittrack.analysis.direction": "only a leaderboard needs it",
        "gittrack.read.runs.resolve": "only a listing without runs needs it",
    },
    "read/runs/selection.py": {
        "gittrack.analysis.direction": "only a leaderboard needs it",
        "gittrack.read.runs.filters": "10 ms; a listing without a query does not need it",
    },
    "read/runs/reader.py": {
        "gittrack.core.run.schemas": "a listing reads no YAML",
        "gittrack.core.yaml_read": "a listing reads no YAML",
    },
    "read/runs/blocks.py": {"gittrack.folding.visible": "most repositories have no archive"},
    "read/runs/listing.py": {
        "logging": "only damage and partial clones need it",
        "gittrack.folding.visible": "most repositories have no archive",
        "gittrack.read.runs.live": "most of the time no run is going on",
        "gittrack.read.runs.live_elsewhere": "most repositories have no live run elsewhere",
    },
    "record/machine/usage/periodic.py": {
        "gittrack.record.machine.usage.sampler": "a short run takes no sample",
    },
    "record/machine/usage/sampler.py": {
        "psutil": "an extra; a short run needs no sample",
        "pynvml": "an extra, and only some machines have GPUs",
    },
    "record/machine/numerics.py": {
        "contextlib": "torch has imported it",
        "ctypes": "only calls of the loaded BLAS libraries need it",
        "re": "few programs have loaded such a library",
    },
    "record/run.py": {
        "gittrack.record.active.stopping": "only trials of a sweep call it",
        "gittrack.record.active.mixed_values": "most calls of `log` have numbers only",
    },
    "integrations/mlflow/recording.py": {"gittrack.core.yaml_write": "only one format needs it"},
    "integrations/mlflow/search.py": {"pandas": "optional"},
    "integrations/wandb/api.py": {"pandas": "optional"},
    "integrations/wandb/media.py": {"numpy": "only one conversion", "pandas": "optional"},
    "integrations/wandb/plot.py": {"numpy": "the arguments have imported it"},
    "integrations/wandb/run_files.py": {
        "gittrack.integrations.wandb.api": "only this reads runs, and it knows the artifacts"
    },
    "integrations/wandb/integration/sklearn.py": {"sklearn": "the model has imported it"},
    "record/run_files.py": {"gittrack.core.run.habits": "only a mistake needs it"},
    "record/media/medium.py": {"numpy": "140 ms that a program without media must not pay"},
    "record/media/png.py": {"numpy": "the array has imported it"},
    "record/media/image.py": {"numpy": "the array has imported it"},
    "record/media/sound.py": {"numpy": "the array has imported it"},
    "record/media/table.py": {"numpy": "140 ms that only a histogram needs"},
    "read/files/image_changes.py": {
        "numpy": "140 ms that only images need",
        "PIL": "optional",
    },
    "read/runs/record.py": {
        "gittrack.read.series.blocks": "with NumPy: 140 ms; a listing does not need it",
    },
    "sweep/__init__.py": {"importlib": "a module is imported only when one of its names is used"},
    "core/registry/events.py": {
        "gittrack.core.run.run_info": "5 ms that only tags of other tools need"
    },
    "show/terminal/models/listings.py": {
        "gittrack.core.run.run_info": "5 ms; the list of models does not need it"
    },
    "read/registry/versions.py": {
        "gittrack.read.runs.reader": "10 ms; reading the registry does not need it"
    },
    "models/gates.py": {
        "gittrack.models.verdicts": "most promotions pass no gate",
        "gittrack.read.runs.filters": "most promotions pass no gate",
    },
    "record/hooks.py": {"tempfile": "most repositories have no hook"},
    "git/signing.py": {"tempfile": "only signed commits and tags need it"},
    "read/runs/resolve.py": {
        "gittrack.read.registry.models": "most addresses name no model",
        "gittrack.read.registry.versions": "most addresses name no model",
    },
    "git/spawn.py": {
        "fcntl": "only what reads a pipe in parts needs it, no listing does",
        "tempfile": "only needed on systems without files in memory",
    },
    "show/terminal/columns.py": {
        "gittrack.show.data.spool": "a usual table has few rows",
        "gittrack.show.terminal.table": "the end of a run needs no table",
    },
    "show/terminal/runs.py": {"gittrack.show.data.spool": "a usual table has few rows"},
    "show/terminal/plot.py": {"plotext": "50 ms that only a chart needs"},
    "show/page/pictures.py": {"matplotlib": "optional, and slow to import"},
    "show/page/pictures_panels.py": {"matplotlib": "optional, and slow to import"},
    "show/page/pictures_style.py": {"matplotlib": "optional, and slow to import"},
    "show/terminal/table.py": {
        "csv": "only --csv needs it",
        "io": "only --csv needs it",
        "tabulate": "80 ms that only --md needs",
    },
    "show/terminal/text.py": {
        "shlex": "only the column of commands needs it",
        "unicodedata": "most text is ASCII",
    },
}

LONGEST_MODULE, LONGEST_FUNCTION = 300, 60
MOST_MODULES_IN_A_FOLDER = 16  # with its __init__.py
LONG_MODULES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}

# --- Looking at the code -----------------------------------------------------------------------

STARTERS = ("fork", "forkpty", "popen", "posix_spawn", "posix_spawnp", "system", "exec", "spawn")
VOICES = ("sys.exit", "sys.stdout", "sys.stderr", "os._exit", "print", "exit", "quit")
ENVIRONMENT = ("os.environ", "os.environb", "os.getenv", "os.putenv", "os.unsetenv")


class Import(NamedTuple):
    """One imported module; ``lazy`` inside a function, ``typing`` only for type checkers."""

    name: str
    lazy: bool
    typing: bool


class Module(NamedTuple):
    path: str
    name: str
    tree: ast.Module

    @property
    def layer(self) -> str:
        """The layer that the module is in."""
        return layer(self.name)


def layer(name: str) -> str:
    """Return the layer that a module of gittrack is in: its folder or file below gittrack/."""
    return (*name.split("."), "__init__")[1]


def load() -> dict[str, Module]:
    """Return {dotted name: module} of the package."""
    modules = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        if relative.parts[0] == "_files":  # templates, in a wheel
            continue
        name = ".".join(("gittrack", *relative.with_suffix("").parts)).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        modules[name] = Module(relative.as_posix(), name, tree)
    return modules


MODULES = load()


def imports(node: ast.AST, lazy: bool = False, typing: bool = False) -> Iterator[Import]:
    """Yield what is imported below a node; names from our own packages as modules."""
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, lazy, typing) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            yield Import(inner if inner in MODULES else base, lazy, typing)
    elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        for child in node.body:
            yield from imports(child, lazy, True)
        for child in node.orelse:
            yield from imports(child, lazy, typing)
    else:
        inside = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.iter_child_nodes(node):
            yield from imports(child, lazy or inside, typing)


def names(tree: ast.AST) -> Iterator[str]:
    """Yield the names that code uses: ``print``, ``os.environ``, however that was imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def starts_processes(tree: ast.AST) -> bool:
    """Say whether code can start a process."""
    outside = {found.name.partition(".")[0] for found in imports(tree) if not found.typing}
    calls = {name[3:] for name in names(tree) if name.startswith("os.")}
    by_os = any(call in STARTERS or call.startswith(("exec", "spawn")) for call in calls)
    return by_os or not outside.isdisjoint(("subprocess", "multiprocessing", "pty"))


def speaks(tree: ast.AST) -> bool:
    """Say whether code prints, or ends the process."""
    raises = (node for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc)
    leaves = any("SystemExit" in ast.unparse(node.exc) for node in raises if node.exc)
    return leaves or not set(names(tree)).isdisjoint(VOICES)


def reads_environment(tree: ast.AST) -> bool:
    """Say whether code reads or sets environment variables."""
    return not set(names(tree)).isdisjoint(ENVIRONMENT)


def handlers(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield (what is caught, whether it is raised again) for every ``except``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            again = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
            yield ast.unparse(node.type) if node.type else "", again


def swallows(tree: ast.AST) -> bool:
    """Say whether code catches every exception and goes on."""
    return any(
        not again and {"Exception", "BaseException"} & set(caught.strip("()").split(", "))
        for caught, again in handlers(tree)
    )


def functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield (name, lines without the docstring) of every function."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            described = ast.get_docstring(node, clean=False) is not None
            first = node.body[0]
            docstring = (first.end_lineno or 0) - first.lineno + 1 if described else 0
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - docstring


def where(holds) -> set[str]:
    """Return the paths of the modules for whose tree ``holds`` is true."""
    return {module.path for module in MODULES.values() if holds(module.tree)}


# --- The rules ---------------------------------------------------------------------------------


def test_the_package_knows_its_folders():
    import gittrack

    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert {*files, *folders} == gittrack._FOLDERS


def test_every_module_is_in_a_layer():
    assert {module.layer for module in MODULES.values()} == set(MAY_IMPORT)


def test_layers():
    upward = {
        f"{module.path} -> {imported.name}"
        for module in MODULES.values()
        for imported in imports(module.tree)
        if imported.name.partition(".")[0] == "gittrack"
        and layer(imported.name) not in {module.layer, *MAY_IMPORT[module.layer]}
    }
    assert upward == set(LAYER_EXCEPTIONS)


def test_folders_fit_on_a_screen():
    sizes = Counter(str(Path(module.path).parent) for module in MODULES.values())
    full = {folder for folder, size in sizes.items() if size > MOST_MODULES_IN_A_FOLDER}
    assert full == {"cli/commands"}  # one file per verb


def test_imports_are_absolute():
    assert where(lambda tree: any(found.name.startswith(".") for found in imports(tree))) == set()


def test_there_are_no_import_cycles():
    left = {
        module.name: {
            imported.name for imported in imports(module.tree) if imported.name in MODULES
        }
        for module in MODULES.values()
    }
    while leaves := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in leaves:
            del left[name]
    assert left == {}


def test_imports_inside_functions_are_named():
    lazy = {
        module.path: {
            found.name if found.name in MODULES else found.name.partition(".")[0]
            for found in imports(module.tree)
            if found.lazy
        }
        for module in MODULES.values()
    }
    named = {path: set(reasons) for path, reasons in LAZY_IMPORTS.items()}
    assert {path: found for path, found in lazy.items() if found} == named


def test_names_that_core_standard_has_are_taken_from_it():
    names = {
        "contextlib": {"AbstractContextManager", "closing", "contextmanager", "suppress"},
        "functools": {"cache", "lru_cache", "partial"},
    }
    alone = (
        "core/standard/",
        "launch/hook/",
        "record/machine/environment.py",
    )  # run without gittrack
    wrong = [
        f"{module.path}: {node.module}"
        for module in MODULES.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and not module.path.startswith(alone)
        if node.module == "collections.abc"
        or {alias.name for alias in node.names} & names.get(node.module or "", set())
    ]
    assert wrong == []


@pytest.mark.parametrize("argv", [["ls"], ["top", "loss"]])
def test_a_listing_does_not_import_typing(project, argv):
    helpers.record("first", {"loss": 1.0}, config={"lr": 0.1})
    helpers.record("second", {"loss": 2.0}, config={"lr": 0.2})
    code = f"import sys; from gittrack.cli import main; main.main({argv}); print(*sys.modules)"
    loaded = set(helpers.python(code).out.split())
    takers = {
        name
        for name in loaded & MODULES.keys()
        for found in imports(MODULES[name].tree)
        if found.name == "typing"
    }
    assert "gittrack.show.terminal.runs" in loaded
    assert (
        argv != ["ls"] or "contextlib" not in loaded
    )  # `top` writes the index here, with more modules
    assert takers == {
        "gittrack.core.standard.typing"
    }  # for type checkers, and that module says why


# What a run imports from its start to its end.  A module of gittrack takes 0.2 ms, so raise a number only for
# what every run needs; what few runs need is imported by them.
SLOW = (
    *("typing", "logging", "shutil", "datetime", "subprocess", "argparse", "psutil", "yaml"),
    *("pathlib", "re", "enum", "json", "signal", "contextlib", "warnings", "importlib"),
)
RUN = "from gittrack.cli import main; main.main(['run', '--', 'true'])"
INIT = "__file__ = 'train.py'; import gittrack; gittrack.init().finish()"  # as in a script


@pytest.mark.parametrize(
    ("code", "others", "most"),
    [(RUN, ("threading", "functools", "collections", "types", "pty"), 145), (INIT, (), 139)],
)
def test_a_run_imports_what_an_ordinary_run_needs(project, code, others, most):
    helpers.git(project, "rm", "-q", "params.yaml")  # YAML is read only if there is some
    helpers.git(project, "commit", "-qm", "without params")
    listen = "import sys; events = []; sys.addaudithook(lambda event, args: events.append((event, args)))"
    compiled = "[str(args[1]) for event, args in events if event == 'compile']"
    lines = helpers.python(
        f"{listen}; {code}; print(*sys.modules); print({compiled})"
    ).out.splitlines()
    loaded = set(lines[-2].split())
    assert "gittrack.record.session" in loaded
    assert loaded & {*SLOW, *others} == set()
    assert "<named tuple>" not in lines[-1]  # 2 ms: the first `compile` of a process
    assert len(loaded & MODULES.keys()) <= most


def test_the_end_of_a_run_imports_nothing(project):
    """The package may have been replaced meanwhile, and a program may have no descriptor left."""
    run = "import sys, gittrack; run = gittrack.init(config={'lr': 1}); before = set(sys.modules)"
    end = "run.log({'loss': 1}); run.summary['acc'] = 1; run.finish(); print(*set(sys.modules) - before)"
    assert helpers.python(f"{run}; {end}").out.strip() == ""


def test_few_modules_start_processes():
    assert where(starts_processes) == set(STARTS_PROCESSES)


def test_one_module_starts_git():
    def uses(tree: ast.AST) -> bool:
        return any(found.name == "gittrack.git.spawn" for found in imports(tree))

    assert where(uses) == {"git/process.py", "launch/probe.py"}  # the probe starts a Python with it


def test_one_module_imports_gitpython():
    def uses(tree: ast.AST) -> bool:
        found = (one.name.partition(".")[0] for one in imports(tree) if not one.typing)
        return not {"git", "gitdb"}.isdisjoint(found)

    assert where(uses) == set(IMPORTS_GITPYTHON)


def test_only_the_command_line_prints_or_exits():
    quiet = {path for path in where(speaks) if not path.startswith(SPEAKS)}
    assert quiet == set(SPEAKS_EXCEPTIONS)


def test_few_modules_know_the_environment():
    assert where(reads_environment) == set(READS_ENVIRONMENT)


def test_nothing_is_caught_without_saying_what():
    assert where(lambda tree: any(not caught for caught, _ in handlers(tree))) == set()


def test_nothing_is_caught_and_forgotten():
    assert where(swallows) == set(BROAD_EXCEPTS)


def test_no_module_is_a_drawer_for_odds_and_ends():
    assert [name for name in MODULES if name.rpartition(".")[2].startswith("util")] == []


def test_modules_are_short():
    lengths = {path: len((PACKAGE / path).read_text().splitlines()) for path in where(bool)}
    assert {path for path, lines in lengths.items() if lines > LONGEST_MODULE} == set(LONG_MODULES)


def test_functions_are_short():
    long = {
        f"{module.path}: {name}"
        for module in MODULES.values()
        for name, lines in functions(module.tree)
        if lines > LONGEST_FUNCTION
    }
    assert long == set(LONG_FUNCTIONS)


# --- The rules can fail ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (starts_processes, "def f():\n    import subprocess"),
        (starts_processes, "import os\nos.execvp('git', [])"),
        (starts_processes, "from os import system"),
        (speaks, "print(1)"),
        (speaks, "import sys\nsys.exit(1)"),
        (speaks, "raise SystemExit(1)"),
        (reads_environment, "from os import getenv"),
        (reads_environment, "import os\nx = {**os.environ}"),
        (swallows, "try:\n    f()\nexcept Exception:\n    pass"),
        (swallows, "try:\n    f()\nexcept (OSError, BaseException) as e:\n    log(e)"),
    ],
)
def test_a_rule_sees_what_it_is_about(rule, code):
    assert rule(ast.parse(code))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (starts_processes, "import os\nos.path.join('a')"),
        (speaks, "def f(kind):\n    return issubclass(kind, SystemExit)"),
        (reads_environment, "from gittrack.record.machine import environment"),
        (swallows, "try:\n    f()\nexcept Exception:\n    clean()\n    raise"),
        (swallows, "try:\n    f()\nexcept OSError:\n    pass"),
    ],
)
def test_a_rule_sees_nothing_else(rule, code):
    assert not rule(ast.parse(code))


def test_kinds_of_imports_are_told_apart():
    code = "import a\nif TYPE_CHECKING:\n    import b\ndef f():\n    from gittrack import git\n"
    assert list(imports(ast.parse(code))) == [
        Import("a", False, False),
        Import("b", False, True),
        Import("gittrack.git", True, False),
    ]
