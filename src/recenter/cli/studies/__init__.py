"""`recenter study`: from the file to the figures."""
