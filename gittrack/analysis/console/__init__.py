"""The printed lines of two runs, compared without times, paths, addresses and other accidents."""
