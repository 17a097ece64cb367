"""Runs and models as data for programs: JSON, CSV, Parquet."""
