"""Files, folders and locks: what every layer above needs of the file system."""
