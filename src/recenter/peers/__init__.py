"""Other memories as programs of the batch contract: rows of attributes in, which are used out."""
