"""What a run did to the work tree, and what changed there while it was going on."""
