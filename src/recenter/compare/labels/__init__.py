"""Stages two and three: the same selector or judge on labels of people and on made ones."""
