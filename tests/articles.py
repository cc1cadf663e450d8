"""Long articles of invented sentences, with what they tell at the places where it is to stand."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

NEUTRAL = (
    "外墙已经粉刷一新。", "居民在楼下散步聊天。", "工程队每天按计划施工。", "这项工程惠及二十多栋楼、一千二百户居民。", "傍晚的广场上有人跳舞。",
    "项目部设了公示栏，进度一目了然。", "新栽的桂花树开了花。", "社区食堂添了两个窗口。", "记者沿着小路走了一圈。", "长椅换成了木头的。",
)  # fmt: skip
LENGTH = 28_000


def an_article(told: Mapping[int, str], length: int = LENGTH) -> str:
    """Return a text of *length* characters that says nothing in particular but for *told*, each at its place."""
    said, filler = "", cycle(NEUTRAL)
    for at, words in [*sorted(told.items()), (length, "")]:
        while len(said) + len(sentence := next(filler)) <= at:
            said += sentence
        said += "…" * (at - len(said)) + words
    return said


REQUESTS = """
schema: yuqing-rule/v1
rules:
  - id: level.request
    name: 一件诉求
    owner: 值班台
    status: stable
    level: blue
    match: {where: {matter.appeal_type: [complaint, help], matter.harm: [H1, H2]}}
    type: any
    group_by: [id, matter.topic]
    notify: {route: 工单, group_wait: 0s}
    case: {open: true}
"""
"""A rule of a district that opens a case for each single request."""
