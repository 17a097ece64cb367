"""The query language of `-w`, `--require` and gates."""
