"""Large content: which of it runs need, and its way to and from the store of a remote."""
