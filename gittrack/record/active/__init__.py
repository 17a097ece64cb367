"""A run that this process records: what it shows of itself, who it belongs to, how it ends."""
