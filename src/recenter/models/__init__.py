"""Models behind three small protocols: chat, embeddings, scores of text pairs."""

import os

# onnxruntime 1.32 keeps events for its maker, with an id of the machine, and sends them: from the
# moment it is imported, unless this is said before.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
