"""Parts of reading YAML."""
