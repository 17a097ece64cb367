"""Results of trials that ran elsewhere: delivered once for each trial, then put in order."""
