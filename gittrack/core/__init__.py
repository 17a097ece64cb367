"""Words: errors, frozen values, names and the format on disk.  Pure, no git, no clock."""
