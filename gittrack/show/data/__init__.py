"""Rows for programs: JSON, CSV, Parquet."""
