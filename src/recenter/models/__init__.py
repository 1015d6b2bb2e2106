"""Models behind three small protocols: chat, embeddings, scores of text pairs."""
