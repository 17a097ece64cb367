"""Pure functions between the values of runs and what is shown of them: no git, no disk, no clock."""
