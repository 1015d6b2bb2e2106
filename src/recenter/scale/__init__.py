"""Stages over corpora in many files, shard by shard, on one machine or on several."""
