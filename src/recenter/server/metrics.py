"""What is counted, for Prometheus: never a text, never an id."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from recenter.memory import Memory
from recenter.memory.queue import LEARN, SIGNATURE

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))


class Metrics:
    """The counters of one server."""

    def __init__(self, memory: Memory) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "recenter_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "recenter_request_seconds",
            "Seconds until an answer ended.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._decisions = Counter(
            "recenter_decisions",
            "Decisions on what an answer uses, by outcome.",
            ("outcome",),
            registry=self._registry,
        )
        self._registry.register(_Queue(memory))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        # A sender may call a method what they like; each name would be kept for ever.
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def decided(self, outcome: str) -> None:
        """Count a decision."""
        self._decisions.labels(outcome).inc()

    def text(self) -> bytes:
        """Return all in Prometheus' text format."""
        return generate_latest(self._registry)


class _Queue(Collector):
    """Reads, when it is asked, what waits to be learned from."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def describe(self) -> Iterable[Metric]:
        """Return nothing: the store need not be open yet."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the conversations of the queue by state, and what was not written down."""
        engine = self._memory.engine
        waiting = GaugeMetricFamily(
            "recenter_conversations", "Conversations to learn from.", labels=("state",)
        )
        states = engine.store.work.states(LEARN, signature=SIGNATURE)
        for state, count in states.items():
            waiting.add_metric((state,), count)
        yield waiting
        yield GaugeMetricFamily(
            "recenter_receipts_dropped",
            "Receipts and messages that could not be kept since the start.",
            value=engine.recorder.dropped,
        )
