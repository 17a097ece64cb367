"""What hosts of git repositories take, what they refuse and in which words: pure functions."""
