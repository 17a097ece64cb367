"""Share runs, annotations, sweeps and models over any git remote: push, pull, and what is where."""
