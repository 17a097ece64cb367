"""The page: a read-only server, its JSON views, and the same page as one file."""
