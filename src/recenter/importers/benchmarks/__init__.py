"""Benchmarks of personalisation: what their people say becomes conversations, what is planted in
them, asked of them and known of them becomes references, which no extractor reads.
"""
