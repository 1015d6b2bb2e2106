"""Benchmarks: `just bench` lists them; each prints its figures with their signature."""
