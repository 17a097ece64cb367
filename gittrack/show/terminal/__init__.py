"""Text for terminals: tables, details, differences."""
