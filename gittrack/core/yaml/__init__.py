"""YAML of the usual form, read without a parser; `core/yaml_read.py` decides."""
