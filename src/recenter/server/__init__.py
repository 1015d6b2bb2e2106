"""Memory for applications as a server: a JSON API behind keys, each of one application."""
