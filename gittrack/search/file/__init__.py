"""The sweep file: parsing and checks."""
