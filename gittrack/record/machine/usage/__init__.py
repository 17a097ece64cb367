"""What a run uses of its machine while it goes on: processor, memory, disk, network, GPU."""
