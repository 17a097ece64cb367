"""Values of very many runs at once, from the columns of the index."""
