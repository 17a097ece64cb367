"""Media of a run: images, figures, histograms, tables, text, sounds, videos and pages, by name and step."""
