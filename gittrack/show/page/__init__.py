"""Pages and pictures: HTML, SVG, Markdown."""
