"""The command line: one file for each verb below `commands`, and what they share."""
