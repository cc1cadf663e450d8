from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import DefaultPartitioner
from kafka.partitioner.default import murmur2 as in_python

from pipeline.bus.kafka_partitioner import ByKey
from tests.live import do_without


class Cluster:
    """What a partitioner asks of the brokers' metadata."""

    def __init__(self, partitions: int) -> None:
        self._partitions = set(range(partitions))

    def topics(self) -> set[str]:
        return {"posts"}

    def partitions_for_topic(self, topic: str) -> set[int]:
        return self._partitions

    available_partitions_for_topic = partitions_for_topic


def in_c() -> Callable[[bytes], int]:
    try:
        from pipeline.bus import _murmur
    except ImportError:
        do_without("a C compiler when yuqing was installed")
    return _murmur.murmur2


@given(st.binary(max_size=40), st.integers(1, 40))
def test_a_key_goes_where_every_other_client_sends_it(key: bytes, partitions: int) -> None:
    cluster = Cluster(partitions)

    theirs = DefaultPartitioner().partition("posts", None, key, None, None, cluster)

    assert ByKey().partition("posts", None, key, None, None, cluster) == theirs


@given(st.binary(max_size=70))
def test_c_and_python_say_the_same(data: bytes) -> None:
    assert in_c()(data) == in_python(data)


@pytest.mark.parametrize("data", ["key", None, bytearray(b"key")])
def test_what_is_no_bytes_is_refused_by_c(data: Any) -> None:
    with pytest.raises(TypeError):
        in_c()(data)
