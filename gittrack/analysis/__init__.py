"""Pure functions from the values of runs to results that are shown: no git, no disk, no clock."""
