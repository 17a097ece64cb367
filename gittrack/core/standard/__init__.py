"""Parts of the standard library that every run needs, in modules that are imported faster."""
