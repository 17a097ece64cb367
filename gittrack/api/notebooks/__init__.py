"""Live runs, series and differences in a notebook, and the cells that ran."""
