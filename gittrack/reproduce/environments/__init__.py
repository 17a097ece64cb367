"""Make the environment of a run again, from the lock file that it kept."""
