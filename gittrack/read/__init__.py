"""The read tower: refs and journals in, records out.  Looking never runs anything of a run's."""
