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
        self.posts_collected = counter(
            "yuqing_posts_collected_total", "交给总线的帖文 / Posts handed to the bus", "source"
        )
        self.fetches = counter(
            "yuqing_fetches_total", "访问信源的次数，按结果 / Visits to a source, by outcome", "source", "outcome"
        )
        self.collect_warnings = counter(
            "yuqing_collect_warnings_total", "采集时遇到的异常 / Odd things met in sources", "source", "kind"
        )
        self.collect_delay = histogram(
            "yuqing_collect_delay_seconds", "发布到采集的时长 / Published to collected", "source"
        )
        # Stages
        self.messages = counter("yuqing_stage_messages_total", "各环节读取的消息 / Messages a stage read", "stage")
        self.set_aside = counter("yuqing_stage_set_aside_total", "搁置的消息 / Messages put into a dead topic", "stage")
        self.unavailable = counter(
            "yuqing_stage_unavailable_total",
            "因依赖不可用而重试的批次，含采集存不下的 / Batches retried: a dependency was away (crawl: nowhere to keep posts)",
            "stage",
        )
        self.batch_seconds = histogram(
            "yuqing_stage_batch_seconds", "处理一批所用时间 / Time to process one batch", "stage"
        )
        self.lag = gauge("yuqing_stage_lag_messages", "尚未处理的消息 / Messages not yet processed", "stage")
        # Kafka
        self.bus_rebuilds = counter(
            "yuqing_bus_producer_rebuilds_total",
            "重建的 Kafka 发送端：有消息迟迟未被确认 / Kafka producers built anew: messages stayed without an acknowledgement",
        )
        self.bus_unacked = gauge(
            "yuqing_bus_unacked_bytes", "已发给 Kafka 而尚未确认的字节 / Bytes sent to Kafka and not yet acknowledged"
        )
        self.bus_rebalances = counter(
            "yuqing_bus_rebalances_total", "分区重新分配的次数 / Times that partitions were dealt out anew", "group"
        )
        self.bus_missed = counter(
            "yuqing_bus_missed_messages_total",
            "未及读取就已过期删除的消息 / Messages that were gone before they were read",
            "group",
        )
        # Alerts and messages to people
        self.alerts = counter("yuqing_alerts_total", "预警的变化 / Alert turns", "rule", "level", "turn")
        self.decision_delay = histogram(
            "yuqing_decision_delay_seconds", "采集到判定预警的时长 / Collected to alert decided"
        )
        self.notifications = counter(
            "yuqing_notifications_total", "通知的结果 / Notifications by outcome", "receiver", "outcome"
        )
        self.accept_delay = histogram(
            "yuqing_accept_delay_seconds", "采集到通知送达的时长 / Collected to notification accepted"
        )
        self.outbox = gauge("yuqing_outbox_rows", "等待或未能送达的通知 / Notifications waiting or dead", "state")
        # Rules
        self.rules_refused = gauge(
            "yuqing_rules_refused_faults",
            "改过的规则文件里有几处错，因此没有采用 / Faults of changed rule files, which therefore do not hold",
        )
        # Process tree
        self.restarts = counter(
            "yuqing_worker_restarts_total", "被重新启动的进程 / Workers restarted by the supervisor", "worker"
        )


METRICS: Final = Metrics()
