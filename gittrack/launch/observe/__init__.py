"""What a launched command shows from outside: arguments, files of metrics, printed values."""
