from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.unpack import TooBig, unpacked

TEXT = "锦湖里停水".encode() * 200


def bare(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(TEXT), zlib.compress(TEXT), bare(TEXT), gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:]), TEXT],
    ids=["gzip", "zlib", "bare", "twice", "not"],  # gzip writes down the hour: the bytes name no test
)
def test_every_way_of_packing_is_undone_and_none_is_left_alone(packed: bytes) -> None:
    assert unpacked(packed, len(TEXT)) == TEXT


def test_what_is_cut_off_is_read_as_far_as_it_goes() -> None:
    assert unpacked(gzip.compress(TEXT)[:-8], len(TEXT)) == TEXT
    assert unpacked(gzip.compress(TEXT) + b"rubbish", len(TEXT)) == TEXT


def test_a_bomb_stops_at_the_limit_and_takes_no_memory() -> None:
    bomb = gzip.compress(b"0" * 50_000_000, 1)
    tracemalloc.start()
    with pytest.raises(TooBig):
        unpacked(bomb, 1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@given(st.binary(max_size=200))
def test_any_bytes_come_back_in_some_form(body: bytes) -> None:
    assert unpacked(gzip.compress(body), 1000) in (body, gzip.compress(body))
    unpacked(body, 100_000)
