"""The main job on a small set of conversations, or on your own export."""
