"""The verbs, one module each: read the options, call the library, print, return an exit status."""
