"""Files of git that need no process to be read.  Whatever is unusual in them is left to git."""
