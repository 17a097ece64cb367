"""Which runs of a remote are meant: by their names, which it lists, or by what is in them."""
