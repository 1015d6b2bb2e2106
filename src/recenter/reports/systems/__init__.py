"""Systems as judges: commands that answer what people were asked, by the batch contract."""
