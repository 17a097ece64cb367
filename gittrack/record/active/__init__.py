"""Live runs of this process: params and summary, owner, and end."""
