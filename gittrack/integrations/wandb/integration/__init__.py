"""``wandb.integration``: the callbacks and plots of frameworks, which ``wandb.keras`` and others are, too."""
