"""The model registry's deeds: register, promote, demote, deprecate, remove; each one transaction of refs."""
