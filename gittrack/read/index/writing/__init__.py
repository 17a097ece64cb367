"""Write the index: what git lists now, where each run is, and the columns of runs that are new."""
