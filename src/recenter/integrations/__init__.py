"""Memory in the shapes that agents take it in; each needs the extra of its name."""
