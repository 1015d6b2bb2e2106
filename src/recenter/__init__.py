"""Personalization for LLM applications that mostly stays quiet and shows its evidence."""

__version__ = "0.1.0"
