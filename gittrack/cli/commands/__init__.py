"""One file per verb: parse, call the library, render, return an exit status."""
