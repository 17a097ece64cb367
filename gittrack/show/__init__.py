"""Output: values in, text and pages out.  Nothing here reads git, and nothing here prints."""
