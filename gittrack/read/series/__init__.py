"""The points of runs, read in blocks as arrays of NumPy."""
