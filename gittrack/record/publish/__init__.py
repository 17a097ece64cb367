"""Write a run commit from a journal or from values."""
