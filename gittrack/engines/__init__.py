"""Run the trials of a sweep on many machines: by Dask, Slurm, ssh, or workers that join."""
