"""What leaves a study: typed rows, records, folders to publish, and the forms of other tools."""
