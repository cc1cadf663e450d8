"""What the fields of a post are called in recordings and tables: ours, other people's, and the 12345 hotline's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# The first name of a field that a row has and that is not empty wins.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(words.split())
    for name, words in {
        "native_id": "native_id order.id id msg_id mid guid post_id 编号 帖子编号 留言编号 工单编号 工单号 "
        "诉求编号 service_request_id",
        "order.id": "order.id order_id 工单编号 工单号 诉求编号 service_request_id",
        "order.unit": "order.unit 承办单位 办理单位 主办单位 责任单位 处置单位",
        "order.status": "order.status 办理状态 工单状态 处理状态 状态",
        "published": "published published.at published_at time created_at date pubdate at 发布时间 受理时间 来电时间 "
        "登记时间 创建时间 诉求时间 留言时间 时间 日期 requested_datetime",
        "published.precision": "published.precision",
        "published.basis": "published.basis",
        "published.raw": "published.raw",
        "fetched": "fetched fetched_at collected_at 采集时间",
        "edited_at": "edited_at updated_at 更新时间 updated_datetime",
        "author.key": "author.key author_key author.pseudonym",
        "author": "author user author_id user_id author.id 作者 用户 留言用户",
        "public_account": "author.public_account public_account",
        "account": "account.id account_id",
        "title": "title subject 标题 主题 诉求标题 工单标题 留言主题",
        "text": "text content body description 正文 内容 诉求内容 工单内容 问题描述 留言内容 留言详情 诉求描述",
        "url": "url link 链接 网址",
        "kind": "kind 体裁",
        "op": "op",
        "platform": "platform 平台",
        "channel": "source.channel channel 来源渠道 诉求来源 受理渠道 版块",
        "source": "source.id source 信源",
        "source.class": "source.class source_class 信源类别",
        "source.connector": "source.connector",
        "source.access": "source.access",
        "like": "engagement.like engagement.likes likes like 点赞数 点赞",
        "comment": "engagement.comment engagement.comments comments comment replies 评论数 回复数",
        "share": "engagement.share engagement.shares shares share reposts 转发数",
        "view": "engagement.view engagement.views views view 阅读数 浏览量",
        "engagement.at": "engagement.at",
        "root": "thread.root_id root_id root_native_id",
        "parent": "thread.parent_id parent_id parent_native_id reply_to",
        "repost_of": "thread.repost_of repost_of repost_of_native_id",
        "tags": "tags",
        "missing": "missing",
        "flags": "flags",
        "warnings": "fetch.warnings",
        "place.street": "place.street 所属街道 所属街道(镇) 街道 乡镇 街道乡镇 所属乡镇",
        "place.community": "place.community 所属社区 社区 小区 所属小区",
        "appeal": "诉求类型 工单类型 诉求性质",
        "category": "一级分类 二级分类 三级分类 诉求分类 问题分类 service_code",
    }.items()
}
_ALL: Final = frozenset(word for words in NAMES.values() for word in words)

# Who called, from where: such a column is not read, whatever it is mapped to (CONNECTORS §1.2).
_PERSONAL = re.compile(
    r"来电人|诉求人|投诉人|反映人|联系人|市民姓名|姓名|联系电话|联系方式|来电号码|电话|手机|身份证|证件|地址|门牌|住址|"
    r"性别|年龄|出生|民族|宗教|昵称|头像|邮箱|微信号|qq|ip|"
    r"nickname|screen_name|avatar|profile|phone|mobile|tel|email|address|lat|long|gender|birth",
    re.I,
)
_NOT_PERSONAL = frozenset({"title", "platform", "description"})


def personal(column: str) -> bool:
    """Say whether a column holds who or where somebody is, and so must not be read at all."""
    name = column.strip().lower()
    if name in _ALL or name in _NOT_PERSONAL:
        return False
    if re.fullmatch(r"[\x00-\x7f]*", name):  # English words are compared whole: a relation is no lat
        glued = "phone" in name or "email" in name  # userEmail, in small letters
        return glued or any(_PERSONAL.fullmatch(part) for part in re.split(r"[^a-z]+", name) if part)
    return bool(_PERSONAL.search(name))


def known(column: str) -> bool:
    """Say whether a column has a meaning for us."""
    return column in _ALL
