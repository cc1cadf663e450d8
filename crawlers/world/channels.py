"""Where the invented residents write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.model import Kind, SourceClass


@dataclass(frozen=True)
class Channel:
    """One invented place to write: its source id and class, its share of everyday posts, what it does not count."""

    name: str
    source_id: str
    class_: SourceClass
    weight: int
    kind: Kind = Kind.POST
    titled: bool = False
    missing: tuple[str, ...] = ()


CHANNELS: Final[Mapping[str, Channel]] = {
    channel.name: channel
    for channel in (
        Channel("bbs", "qh-bbs", SourceClass.FORUM, 34, titled=True, missing=("share",)),
        Channel("weibo", "qh-weibo", SourceClass.WEIBO, 30, missing=("view",)),
        Channel("video", "qh-video", SourceClass.SHORT_VIDEO, 12),
        Channel("app", "qh-app", SourceClass.APP, 16, kind=Kind.MESSAGE, missing=("share", "view")),
        Channel("12345", "qh-12345", SourceClass.HOTLINE, 8, Kind.WORKORDER, True, ("like", "share", "view")),
    )
}
