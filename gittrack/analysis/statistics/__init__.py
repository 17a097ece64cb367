"""Student's t, means of samples with their intervals, and the equivalence test."""
