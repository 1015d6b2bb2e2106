"""Tables of figures and plots: as records, as Markdown, and drawn."""
