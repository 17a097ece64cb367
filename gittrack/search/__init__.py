"""What a sweep tries next: spaces, samplers and strategies as pure functions of what is known."""
