"""What the service counts about itself, for Prometheus. Never a text, a name or a workspace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from nlp_cx.records import Analysis

_LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


class Meters:
    """All meters of one service, in a registry of their own."""

    def __init__(self) -> None:
        """Set everything to zero."""
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "nlp_cx_request_seconds",
            "Seconds from the first byte of a request to the last of its answer.",
            ("method", "route", "status"),
            buckets=_LATENCY,
            registry=self.registry,
        )
        self.waiting = Gauge("nlp_cx_queue_comments", "Comments that wait for the model.", registry=self.registry)
        self.delay = Histogram(
            "nlp_cx_queue_seconds", "Seconds that comments waited for the model.", buckets=_LATENCY,
            registry=self.registry,
        )  # fmt: skip
        self.gathered = Histogram(
            "nlp_cx_gathered_comments", "Comments that went through the model together.", buckets=_SIZES,
            registry=self.registry,
        )  # fmt: skip
        self.comments = Counter(
            "nlp_cx_comments", "Comments analysed; somebody waited for them (now) or not (job).",
            ("language", "sentiment", "priority"), registry=self.registry,
        )  # fmt: skip
        self.unsure = Counter(
            "nlp_cx_comments_needing_review", "Comments that the model was not sure about.", ("language",),
            registry=self.registry,
        )  # fmt: skip
        self.failed = Counter(
            "nlp_cx_comments_failed", "Comments that could not be analysed.", ("code",), registry=self.registry
        )
        self.model = Gauge("nlp_cx_model_info", "1 for the model that is live.", ("version",), registry=self.registry)
        self.batches = Gauge("nlp_cx_open_batches", "Batches that are queued or running.", registry=self.registry)

    def count(self, analyses: Iterable[Analysis], priority: str) -> None:
        """Count analysed comments.

        Args:
            analyses: What came out.
            priority: "now" or "job".
        """
        for analysis in analyses:
            language = analysis.language.code
            self.comments.labels(language, analysis.sentiment.label, priority).inc()
            if analysis.needs_review:
                self.unsure.labels(language).inc()

    def show(self, model: str | None) -> bytes:
        """Write all meters as Prometheus reads them.

        Args:
            model: Version of the live model.

        Returns:
            The text format.
        """
        self.model.clear()
        if model is not None:
            self.model.labels(model).set(1)
        return generate_latest(self.registry)
