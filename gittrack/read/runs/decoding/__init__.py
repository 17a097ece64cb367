"""Decode many runs at once, to the values that `reader.decode` gives one after the other."""
