"""One file for each shape of data that a report can be made of: rows in, material out."""
