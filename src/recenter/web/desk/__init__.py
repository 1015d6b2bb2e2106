"""The researcher's side: how a study goes, what people differ on, who is left out."""
