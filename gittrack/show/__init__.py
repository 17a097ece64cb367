"""Faces: values in, text out.  Nothing here reads git, and nothing here prints."""
