"""Write runs: the journal of a run while it goes on, and its commit when it ends."""
