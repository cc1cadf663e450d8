"""Every metric, named once (prometheus-client). A new one starts here, with a comment."""

from __future__ import annotations

from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)


class Metrics:
    """All metrics of one process. Labels never carry text, authors or places of single posts."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        def counter(name: str, words: str, *labels: str) -> Counter:
            return Counter(name, words, labels, registry=registry)

        def gauge(name: str, words: str, *labels: str) -> Gauge:
            # One number for all processes: what the last of them said, not a sum over dead ones.
            return Gauge(name, words, labels, registry=registry, multiprocess_mode="mostrecent")

        def histogram(name: str, words: str, *labels: str) -> Histogram:
            return Histogram(name, words, labels, registry=registry, buckets=_SECONDS)

        # Collection
        self.posts_collected = counter("yuqing_posts_collected_total", "Posts handed to the bus", "source")
        self.fetches = counter("yuqing_fetches_total", "Visits to a source, by outcome", "source", "outcome")
        self.collect_warnings = counter("yuqing_collect_warnings_total", "Odd things met in sources", "source", "kind")
        self.collect_delay = histogram("yuqing_collect_delay_seconds", "Published to collected", "source")
        # Stages
        self.messages = counter("yuqing_stage_messages_total", "Messages a stage read", "stage")
        self.set_aside = counter("yuqing_stage_set_aside_total", "Messages put into a dead topic", "stage")
        self.unavailable = counter("yuqing_stage_unavailable_total", "Batches retried: a dependency was away", "stage")
        self.batch_seconds = histogram("yuqing_stage_batch_seconds", "Time to process one batch", "stage")
        self.lag = gauge("yuqing_stage_lag_messages", "Messages not yet processed", "stage")
        # Alerts and messages to people
        self.alerts = counter("yuqing_alerts_total", "Alert turns", "rule", "level", "turn")
        self.decision_delay = histogram("yuqing_decision_delay_seconds", "Collected to alert decided")
        self.notifications = counter("yuqing_notifications_total", "Notifications by outcome", "receiver", "outcome")
        self.accept_delay = histogram("yuqing_accept_delay_seconds", "Collected to notification accepted")
        self.outbox = gauge("yuqing_outbox_rows", "Notifications waiting or dead", "state")
        # Process tree
        self.restarts = counter("yuqing_worker_restarts_total", "Workers restarted by the supervisor", "worker")


METRICS: Final = Metrics()
