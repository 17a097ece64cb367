"""What a run needs of the standard library, in modules of the same names that are imported faster.

The real modules import each other: 50 of them would take a third of the time of ``git track run -- true``.
Type checkers see the real names.  What is rarely needed is left to the real module.
"""
