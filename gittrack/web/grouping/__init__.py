"""Groups of very many runs, computed by the server: the page never has all of their rows."""
