"""``git track run --auto``: listen to the frameworks of a program that nobody edited."""
