"""Pages and their server: for annotators and for researchers."""
