"""The engines: Dask, Slurm, ssh, processes of this machine, and workers that join."""
