"""The Python entry point: what `import gittrack` and `import gittrack.sweep` offer."""
