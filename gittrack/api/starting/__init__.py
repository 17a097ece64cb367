"""How a run of the Python API starts: alone, under a launcher, in a worker, or where another one stopped."""
