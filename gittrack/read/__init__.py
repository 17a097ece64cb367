"""Read runs and models: refs and journals in, records out.  Reading never runs code of a run."""
