"""The methods of a sweep: each proposes trials."""
