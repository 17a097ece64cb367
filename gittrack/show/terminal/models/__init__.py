"""The model registry as text: tables, the page of a version, and what is wrong."""
