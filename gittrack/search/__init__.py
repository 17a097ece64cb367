"""What a sweep tries next: search spaces, random numbers and strategies, all pure functions."""
