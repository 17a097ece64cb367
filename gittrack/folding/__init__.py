"""Folded runs: old runs that have no ref of their own, because archive commits keep them."""
