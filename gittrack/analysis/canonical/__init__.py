"""The content of files without what differs in every run, such as the times that they store."""
