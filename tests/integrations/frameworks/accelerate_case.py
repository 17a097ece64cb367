"""accelerate for the contract: what a loop of one's own logs."""

from accelerate import Accelerator

from gittrack.integrations.accelerate import GittrackTracker

PARAMS = {"rate": 0.1}
SERIES = "loss"
BEST = {}
MODEL = None
STOPS = RESUMES = False
CALLBACK = GittrackTracker


def train(rounds, fail_at=None, log_model=None, **options):
    accelerator = Accelerator(log_with=[GittrackTracker(**options)], cpu=True)
    accelerator.init_trackers("project", config=PARAMS)
    for step in range(rounds):
        if step == fail_at:
            try:
                raise OSError("the disk is gone")
            finally:
                accelerator.end_training()
        accelerator.log({"loss": 1 / (step + 1)}, step=step)
    accelerator.end_training()
