"""What happens in a study, kept in the store: who came, what they were given, what they did."""
