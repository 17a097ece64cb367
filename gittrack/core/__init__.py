"""Errors, frozen values, names, and the format on disk: no git, no clock."""
