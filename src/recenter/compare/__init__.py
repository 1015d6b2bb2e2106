"""Whether the same extractor does as well on one corpus as on another: real against synthetic."""
