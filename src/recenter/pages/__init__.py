"""What every server of pages needs: safe answers, forms, sessions, limits, the shared look."""
