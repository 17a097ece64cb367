"""Text for terminals: tables, pages of one run or model, differences, charts."""
