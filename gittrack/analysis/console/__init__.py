"""The printed lines of two runs, compared without what tells time, place and chance."""
