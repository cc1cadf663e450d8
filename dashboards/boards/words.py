"""What codes are called on the boards: Chinese, with English beside where a page has room for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TOPIC: Final[Mapping[str, str]] = {
    "water": "供水", "power": "供电", "gas": "燃气", "heat": "供热", "property": "物业小区", "housing": "住房建设",
    "city": "市容城管", "noise": "噪声", "traffic": "交通出行", "transit": "公交客运", "environment": "生态环境",
    "market": "市场监管", "food": "食品安全", "health": "医疗卫生", "education": "教育", "labor": "劳动报酬",
    "social": "社保民政", "land": "征地拆迁", "rural": "农业农村", "safety": "公共安全", "disaster": "自然灾害",
    "service": "政务服务作风", "culture": "文旅", "fraud": "电信诈骗", "account": "政务账号", "other": "其他",
}  # fmt: skip
LABEL: Final[Mapping[str, str]] = {"neg": "负面", "neu": "中性", "pos": "正面"}
HARM: Final[Mapping[str, str]] = {"H0": "H0 无", "H1": "H1 轻", "H2": "H2 中", "H3": "H3 重"}
CLASS: Final[Mapping[str, str]] = {
    "forum": "论坛", "portal_comment": "门户跟帖", "app": "客户端", "wechat": "微信", "weibo": "微博",
    "short_video": "短视频", "news_central": "中央媒体", "news_province": "省级媒体", "news_local": "本地媒体",
    "hotline": "12345 热线", "mailbox": "信箱留言", "official": "政务账号", "other": "其他",
}  # fmt: skip
LEVEL: Final[Mapping[str, str]] = {"L1": "L1 红", "L2": "L2 橙", "L3": "L3 黄", "L4": "L4 蓝"}
STATE: Final[Mapping[str, str]] = {
    "open": "未签收", "acknowledged": "已签收", "assigned": "已交办", "closed": "已办结",
}  # fmt: skip
CLOCK: Final[Mapping[str, str]] = {
    "in_time": "按时", "late": "逾期完成", "running": "计时中", "overdue": "已超时", "none": "不计时",
}  # fmt: skip
OUTCOME: Final[Mapping[str, str]] = {
    "news": "正常（有新帖）", "quiet": "正常（无新帖）", "degraded": "部分可用", "blocked": "遇验证，已停",
    "forbidden": "不允许采集", "gone": "已失效", "failed": "采集失败", "never": "尚未巡查",
}  # fmt: skip
ACCEPTED: Final[Mapping[str, str]] = {
    "1m": "1 分钟内", "5m": "1–5 分钟", "15m": "5–15 分钟", "more": "15 分钟以上", "none": "未送达",
}  # fmt: skip
UNKNOWN: Final = "不明"
