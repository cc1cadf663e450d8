"""Write how much each character looks like part of a name: ``python -m pipeline.privacy.make_likeness``.

Counted in the names of persons among jieba's words, against how often a character is written at all. Names that parents
have chosen since 1990 hardly stand in that list; their characters are added by hand.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import jieba
import numpy as np

from pipeline.privacy.likeness import COMMON, as_rows, with_titles
from pipeline.privacy.make_lookalikes import _MISTAGGED
from pipeline.privacy.surnames import GIVEN, SURNAMES

LIKENESS: Final = Path(__file__).with_name("likeness.txt")
CHOSEN: Final = Path(__file__).with_name("chosen.txt")
_LEAST = {2: 20, 3: 10, 4: 10}  # how often a word of so many characters must have been seen
_NEVER_SEEN = 0.08  # of a name, where a character was never seen in that place
_LEAST_NOUN = 60
_BRANDS = frozenset(
    "碧桂园 金茂府 万家丽 康希诺 康师傅 迪士尼 高尔夫 哈利波 席梦思 沃尔玛 家乐福 肯德基 麦当劳 必胜客 王府井 徐家汇 石家庄 秦皇岛 景德镇 白莲花 温泉水 石榴籽 方便面 高压线 黄金周 金银花 万圣节 阳光房"
    " 谢谢您 谢谢你 荣耀 陈设 杜绝 胡同 阳光明 温文尔 熊熊之 熊宝宝 桑塔纳 柳树枝 幸福生 温斯顿 麦克风 白毛巾 黄金梨 田园诗 金士顿 欧莱雅 宾斯基 白玉兰 乌龟 毛绒绒 毛茸茸 孔明灯 穆斯林 高跟鞋 马铃薯 牛肉面 白菜 黄瓜 孙子 阳光 方向 潘婷 高露洁 牟尼佛 齐哈尔 顾客 凌晨 柳柳成 蓝天 普惠 惠健康 贝贝 陈旧 温馨 康复 冷冰冰 马马虎 马虎虎 金海棠 金沙滩 罗宋汤 翡翠华 成龙凤 马赛克 康乃馨 席卷 雷霆 金凤凰 玉兰花 桂花 杨柳 杨树 吉祥物 梅赛德 雪佛兰 雪弗莱 奥特曼 马拉松".split()
)
_PERSON = "nr"  # jieba's tag for names of persons
_MANY: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
# Given names that many have been given since 1950 and that jieba's list of people in the papers lacks.
_RECENT = (
    "梓涵 子涵 浩然 雨桐 欣怡 可馨 诗涵 一诺 依诺 沐宸 浩宇 宇轩 奕辰 若汐 艺涵 思远 俊熙 宇航 子轩 梓轩 浩轩 皓轩 俊豪 天佑 子墨 博文 泽宇 铭轩 佳琪 雅静 静怡 梦琪 紫涵 语嫣 芷晴 雨萱 梓萱 欣妍 诗琪 佳怡"
    " 梦瑶 嘉怡 雅琪 可欣 思彤 雨欣 语彤 若曦 佳慧 婉婷 雅婷 晓雯 紫萱 思雨 思琪 雨涵 子萱 梦洁 心怡 子豪 俊杰 嘉豪 文博 明轩 天宇 志豪 家豪 家辉 梓豪 子睿 子恒 睿哲 泽阳 启航 宇泽 晨曦 晨阳 嘉伟 嘉欣 嘉琪"
    " 一鸣 一凡 一帆 一鹏 弘毅 致远 明哲 瑞阳 凯旋 云鹏 志远 志鹏 志勇 志伟 志军 志刚 志成 志明 志敏 志华 志国 志辉 建国 建军 建华 建平 建强 建明 建新 建设 建忠 建民 建伟 建峰 建东 建林 建波 建英 建红 建芳 建兵"
    " 国强 国华 国庆 国平 国栋 国良 国民 国安 国林 国辉 国英 国珍 国富 国梁 卫东 卫国 卫民 卫红 卫平 卫华 海涛 海燕 海军 海波 海峰 海龙 海霞 海英 海洋 海滨 海林 晓明 晓东 晓燕 晓红 晓丽 晓峰 晓军 晓华 晓玲 晓霞 晓梅"
    " 晓芳 晓敏 晓娟 晓静 晓琴 晓云 晓斌 晓刚 晓勇 晓辉 小红 小军 小明 小燕 小平 小丽 小华 小霞 小芳 小玲 小英 小梅 小龙 小兵 小刚 小勇 小波 小琴 小云 小娟 小敏 秀英 秀兰 秀珍 秀芳 秀华 秀梅 秀云 秀荣 秀芝 秀琴 秀丽"
    " 秀霞 秀玲 秀红 秀娟 秀清 桂英 桂兰 桂芳 桂珍 桂花 桂华 桂芝 桂香 桂荣 桂琴 桂莲 桂梅 桂林 玉兰 玉英 玉珍 玉梅 玉华 玉芳 玉琴 玉玲 玉霞 玉红 玉香 玉莲 玉凤 玉芬 玉洁 玉龙 玉山 玉林 玉明 玉成 玉柱 玉宝 玉民 玉国"
    " 淑珍 淑英 淑芳 淑华 淑兰 淑琴 淑芬 淑敏 淑玲 淑贞 淑萍 淑媛 淑霞 淑云 淑梅 凤英 凤兰 凤霞 凤琴 凤珍 凤玲 凤莲 凤芝 凤云 凤仙 凤华 凤鸣 春梅 春燕 春花 春兰 春华 春霞 春玲 春香 春英 春生 春林 春雷 春明 春光 春阳 春雨"
    " 丽华 丽娟 丽萍 丽君 丽红 丽霞 丽娜 丽丽 丽芳 丽敏 丽英 丽珍 丽琴 丽莉 丽媛 丽云 丽梅 红梅 红霞 红英 红艳 红军 红卫 红兵 红星 红伟 红丽 红玲 红波 红燕 雪梅 雪松 雪峰 雪莲 雪芹 雪燕 雪娇 冬梅 冬冬 冬生 秋菊 秋月 秋生 秋红"
    " 爱华 爱国 爱民 爱军 爱玲 爱萍 爱英 爱兰 爱珍 爱红 爱芳 爱琴 爱莲 爱平 金凤 金花 金兰 金莲 金玉 金龙 金柱 金宝 金生 金山 金平 金华 金明 金福 金贵 银花 银凤 翠花 翠英 翠兰 翠萍 翠霞 翠云 翠玲 翠莲 彩霞 彩云 彩凤 彩虹 彩萍 彩英"
    " 巧云 巧玲 巧珍 巧英 巧兰 慧敏 慧玲 慧琴 慧芳 慧珍 慧娟 慧君 惠珍 惠芳 惠玲 惠兰 惠英 惠琴 惠敏 美玲 美华 美兰 美英 美珍 美丽 美芳 美琴 美娟 美红 美霞 美凤 美娜 美云 佩玲 佩华 佩芳 月娥 月英 月华 月红 月琴 月兰 月明 素珍 素芳 素英 素华"
    " 素兰 素梅 素云 素芬 素琴 素贞 莲花 荷花 菊花 桃花 杏花 招娣 来娣 盼娣 胜男 亚男 若男 亚楠 亚军 亚东 亚平 亚辉 亚萍 亚玲 文静 文斌 文华 文军 文明 文强 文杰 文龙 文辉 文博 文涛 文娟 文娜 文玲 文英 文兵 文忠 文彬 文清 文武 文学 文光 文轩"
    " 德胜 德明 德华 德福 德贵 德生 德才 德成 德全 德顺 德强 德忠 德平 德林 德发 德民 德军 德荣 德清 德宝 永福 永强 永刚 永生 永明 永华 永军 永红 永平 永祥 永贵 永林 永胜 永成 永杰 永亮 永辉 永年 永泉 永康 富贵 富强 富国 富华 富生 福生 福贵 福顺 福来 福林 福全 福祥 福海 福田"
    " 长顺 长生 长林 长青 长江 长海 长春 长贵 长福 长根 长安 长明 成林 成龙 成功 成军 成刚 成华 成武 成明 树林 树生 树明 树森 树华 树清 树根 树德 宝山 宝贵 宝林 宝生 宝华 宝玉 宝成 宝强 宝国 宝柱 宝珠 宝珍 占山 占军 占国 占江 占华 连生 连成 连才 连海 连英"
    " 学军 学文 学明 学东 学峰 学武 学勇 学良 学英 学兵 学成 新民 新华 新平 新明 新建 新军 新宇 新国 立新 立军 立明 立华 立国 立平 立伟 立强 立志 立民 振华 振国 振东 振宇 振兴 振江 振海 振林 振明 光荣 光明 光辉 光华 光耀 光远 光宗 光伟 少华 少杰 少军 少平 少勇"
    " 俊杰 俊华 俊峰 俊英 俊伟 俊强 俊玲 俊霞 俊明 俊辉 俊生 大伟 大勇 大军 大力 大海 大明 大刚 大强 大庆 大鹏 大林 大山 大龙 铁柱 铁军 铁牛 铁成 铁生 石头 守义 守信 守仁 守成 守财 守国 先进 先锋 先明 正直 正平 正义 正华 正国 正明 正军 正刚 向阳 向东 向前 向红 景明 景林"
    " 绍辉 绍华 绍军 绍明 绍林 绍兵 广坤 广林 广平 广明 广义 广军 伟东 伟明 伟强 伟华 伟民 伟国 伟杰 伟军 伟平 伟峰 伟业 伟光 伟伟 伟刚 婷婷 莎莎 倩倩 丹丹 娜娜 莉莉 静静 敏敏 芳芳 燕燕 玲玲 红红 晶晶 圆圆 媛媛 萌萌 欢欢 乐乐 佳佳 露露 洋洋 明明 亮亮 强强 磊磊 毛毛 宝宝 冰冰 甜甜"
    " 测试"
).split()


class Likeness(NamedTuple):
    """How much likelier a character is in a name than elsewhere, as ten times the logarithm of it."""

    family: int
    first: int
    last: int
    only: int


def likeness(words: Iterable[tuple[str, int, str]]) -> Iterator[tuple[str, Likeness]]:
    """Yield each character that *words* (word, frequency, tag) hold, and how like a name it is in each place."""
    words = list(words)
    written: Counter[str] = Counter()
    for word, frequency, tag in words:
        if not tag.startswith(_PERSON):
            written.update(dict.fromkeys(word, frequency))
    names = [word for word, _, tag in words if tag.startswith(_PERSON) and word[0] in SURNAMES]
    full, short = [name for name in names if len(name) == 3], [name for name in names if len(name) == 2]
    boost = Counter(dict.fromkeys(GIVEN, 12))
    family = Counter(name[0] for name in names)
    first, last = Counter(name[1] for name in full), Counter(name[2] for name in full)
    only = Counter(name[1] for name in short)
    for count, place in ((first, 0), (last, 1)):
        count.update(boost)
        count.update(Counter({given[place]: 12 for given in _RECENT}))
    for one in map(str, {*GIVEN}):
        only[one] += 6
    total = sum(written.values())
    for one in sorted({*written, *family, *first, *last, *only}):
        usual = math.log((written[one] + 200) / total)
        yield (
            one,
            Likeness(*(_odds(count[one], sum(count.values()), usual) for count in (family, first, last, only))),
        )


def _odds(count: int, total: int, usual: float) -> int:
    return round(10 * (math.log((count or _NEVER_SEEN) / total) - usual))


def chosen(words: Iterable[tuple[str, int, str]]) -> Iterator[tuple[str, int]]:
    """Yield given names of two characters, and the logarithm of how many families gave them."""
    words = list(words)
    nouns = {word for word, frequency, tag in words if not tag.startswith(_PERSON) and frequency >= _LEAST_NOUN}
    full = [word for word, _, tag in words if tag.startswith(_PERSON) and len(word) == 3 and word[0] in _MANY]
    families = Counter(name[1:] for name in full)
    for given in {*families, *_RECENT}:
        count = families[given] if given not in nouns else 0
        count += 30 * (given in _RECENT)
        if count >= 2 and (given in _RECENT or given[0] != "家"):  # 家庄, 家村
            yield given, round(10 * math.log(count))


def common(words: Iterable[tuple[str, int, str]]) -> Iterator[tuple[str, int]]:
    """Yield words of two and three characters that are no names, and the logarithm of their frequency.

    Of a word of four the first three and the last three count, and of a brand as well.
    """
    levels: dict[str, int] = dict.fromkeys(_MISTAGGED, 9) | dict.fromkeys(_BRANDS, 14)
    for word, frequency, tag in words:
        if frequency >= _LEAST.get(len(word), math.inf) and not tag.startswith(_PERSON):
            for part in {word[:3], word[-3:]} if len(word) == 4 else {word}:
                if len(word) < 4 or SURNAMES.intersection(part[0]):
                    levels[part] = max(levels.get(part, 0), round(math.log(frequency)))
    yield from levels.items()


def read_words() -> list[tuple[str, int, str]]:
    lines = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    return [(word, int(frequency), tag) for word, frequency, tag in map(str.split, lines)]


def main() -> None:
    words = read_words()
    _write(LIKENESS, (f"{one} {' '.join(map(str, odds))}" for one, odds in likeness(words) if _han(one)))
    _write(CHOSEN, sorted(f"{given} {odds}" for given, odds in chosen(words)))
    np.save(COMMON, as_rows(with_titles(dict(common(words)))))


def _han(one: str) -> bool:
    return "\u3400" <= one <= "\u9fff"


def _write(file: Path, lines: Iterable[str]) -> None:
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
