"""What each trial begins with: a worktree with exactly the code of its sweep, and the same inputs."""
