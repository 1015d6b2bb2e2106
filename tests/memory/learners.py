"""A process that puts conversations on the list and learns from them until it is killed."""

from __future__ import annotations

import sys
import time

from recenter.memory import Memory

SAID = (
    "I live in Berlin.",
    "I play chess every Sunday.",
    "I work nights as a nurse.",
    "I don't eat meat.",
    "I hate olives.",
    "I am learning Spanish.",
)


def main() -> None:
    """Fill the list of the store that is named, say so, and learn."""
    with Memory({"store": sys.argv[1]}) as memory:
        if "put" in sys.argv[2:]:
            memory.engine.worker.stop()
            for number, text in enumerate(SAID):
                memory.learn(text, user_id="ada", conversation_id=str(number))
            memory.engine.recorder.flush()
            _say("put")
            return
        memory.engine.worker.start()
        _say("learning")
        time.sleep(60)


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
