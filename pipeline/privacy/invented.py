"""Invented posts full of personal data, and posts that only look so: what the masker is measured by.

Nothing here knows how the masker looks for anything. Numbers are made up with their check digits, in counties and
prefixes that were never given out; names are drawn from common parts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from pipeline.privacy.checks import id18_holds, luhn_holds, uscc_holds


class Case(NamedTuple):
    """A text and what stands in it: (start, end, class) of each personal thing, in order."""

    text: str
    wanted: tuple[tuple[int, int, str], ...]


Value = tuple[str, str | None]  # what is written, and its class; None where it must stay
Make = Callable[[random.Random], Value]

_PROVINCES = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65".split()
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_CIRCLED = dict(zip("123456789", "①②③④⑤⑥⑦⑧⑨", strict=True)) | {"0": "⓪"}
_PLAIN = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_RADIO = _PLAIN | {"0": "〇", "1": "幺"}
_FORMAL = dict(zip("0123456789", "零壹贰叁肆伍陆柒捌玖", strict=True))


def cases(template: str, count: int, seed: int) -> Iterator[Case]:
    """Yield *count* texts made of *template*, the same for the same *seed*."""
    chance = random.Random(f"{seed} {template}")
    for _ in range(count):
        yield _filled(template, chance)


def all_cases(seed: int, count: int = 12) -> Iterator[Case]:
    """Yield *count* texts of each template, of every class and of what must stay."""
    for template in TEMPLATES:
        yield from cases(template, count, seed)


_FIELD = re.compile(r"\{(\w+)\}")


def _filled(template: str, chance: random.Random) -> Case:
    text, wanted, at = "", [], 0
    for field in _FIELD.finditer(template):
        text += template[at : field.start()]
        value, name = _MAKERS[field.group(1)](chance)
        if name:
            wanted.append((len(text), len(text) + len(value), name))
        text += value
        at = field.end()
    return Case(text + template[at:], tuple(wanted))


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choices("0123456789", k=count))


def _born(chance: random.Random) -> str:
    return f"{chance.randint(1930, 2019)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"


def _id18(chance: random.Random) -> str:
    start = f"{chance.choice(_PROVINCES)}{_digits(chance, 2)}99{_born(chance)}{_digits(chance, 3)}"
    return next(start + last for last in "0123456789X" if id18_holds((start + last).lower()))


def _card(chance: random.Random) -> str:
    start = chance.choice(["6200", "622202", "621700", "4000", "5100", "6228480"])
    start += _digits(chance, chance.choice([16, 19]) - 1 - len(start))
    return next(start + last for last in "0123456789" if luhn_holds(start + last))


def _uscc(chance: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    while True:
        start = f"{chance.choice(['91', '11', '12', '52', '93'])}{chance.choice(_PROVINCES)}{_digits(chance, 4)}"
        start += "".join(chance.choices(alphabet, k=9))
        for last in alphabet:
            if uscc_holds((start + last).lower()):
                return start + last


def _mobile(chance: random.Random) -> str:
    return chance.choice(["130", "135", "138", "147", "150", "158", "166", "177", "189", "199"]) + _digits(chance, 8)


def _grouped(number: str, sizes: tuple[int, ...], gap: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return gap.join([part for part in [*parts, number[at:]] if part])


def _wide(number: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if one.isalnum() and one.isascii() else one for one in number)


def _said(number: str, words: dict[str, str]) -> str:
    return "".join(words.get(one, one) for one in number)


def _some_said(number: str, words: dict[str, str], chance: random.Random) -> str:
    return "".join(words.get(one, one) if chance.random() < 0.4 else one for one in number)


def _hidden(number: str, chance: random.Random) -> str:
    unseen = chance.choice(["\u200b", "\u200d", "\ufeff", "\u2060", "\u202d"])
    return "".join(
        one + (unseen if chance.random() < 0.4 and at + 1 < len(number) else "") for at, one in enumerate(number)
    )


def _dressed(number: str, sizes: tuple[int, ...], chance: random.Random) -> str:
    """Return *number* as people write it who want it read by people and not by machines."""
    gaps = (" ", "-", ".", "·", "  ", "—", "_", "\u3000", "/")
    ways = [number, number, _wide(number), _hidden(number, chance), " ".join(number), "-".join(number)]
    ways += [_grouped(number, sizes, gap) for gap in gaps]
    ways += [_grouped(number, (size,) * (len(number) // size), " ") for size in (3, 4)]
    ways += [_said(number, words) for words in (_PLAIN, _RADIO, _FORMAL, _CIRCLED)]
    return chance.choice([*ways, _some_said(number, _PLAIN, chance)])


def _make_id18(chance: random.Random) -> Value:
    number = _id18(chance)
    if number.endswith("X"):
        number = number[:-1] + chance.choice("XxＸ×")
    return _dressed(number, chance.choice([(6, 8), (6, 4, 4), (3, 3, 4, 4), (6,)]), chance), "CN_ID18"


def _make_plain_id(chance: random.Random) -> Value:
    return _id18(chance), "CN_ID18"


def _make_suspect(chance: random.Random) -> Value:
    number = _id18(chance)
    other = "1" if number[-1] != "1" else "2"
    return number[:-1] + other, "CN_ID_SUSPECT"


def _make_id15(chance: random.Random) -> Value:
    return f"{chance.choice(_PROVINCES)}{_digits(chance, 2)}99{_born(chance)[2:]}{_digits(chance, 3)}", "CN_ID15"


def _make_card(chance: random.Random) -> Value:
    number = _card(chance)
    if chance.random() < 0.3:
        return _grouped(number, (4, 4, 4, 4), chance.choice([" ", "-", "  ", "\u3000"])), "BANK_CARD"
    return _dressed(number, (4, 4, 4, 4), chance), "BANK_CARD"


def _make_plain_card(chance: random.Random) -> Value:
    return _card(chance), "BANK_CARD"


def _make_mobile(chance: random.Random) -> Value:
    number = _mobile(chance)
    dress = chance.random()
    if dress < 0.2:
        before = chance.choice(["+86", "+86 ", "+86-", "0086", "0086 ", "86-", "86 ", "(+86)", "（+86）", "＋86 "])
        return before + chance.choice(
            [number, _grouped(number, (3, 4), " "), _grouped(number, (3, 4), "-")]
        ), "CN_MOBILE"
    if dress < 0.25:
        return f"({number[:3]}){number[3:7]}-{number[7:]}", "CN_MOBILE"
    if dress < 0.3 and number.count("0") < 7:
        return number.replace("0", chance.choice("oO")), "CN_MOBILE"
    return _dressed(
        number, chance.choice([(3, 4), (3, 4), (3, 3), (4, 4), (4, 3), (5,), (3,), (7,)]), chance
    ), "CN_MOBILE"


def _make_plain_mobile(chance: random.Random) -> Value:
    return _mobile(chance), "CN_MOBILE"


def _make_landline(chance: random.Random) -> Value:
    area = chance.choice(["010", "021", "0951", "0371", "0755", "028"])
    number = chance.choice("2345678") + _digits(chance, 7 if len(area) == 3 or area == "0755" else 6)
    whole = chance.choice(
        [
            f"{area}-{number}", f"{area}{number}", f"({area}){number}", f"（{area}）{number}", f"{area} {number}", f"{area}—{number}",
            f"{area}－{number}", f"+86-{area[1:]}-{number}", f"{area}-{number[:4]}-{number[4:]}", f"{area}-{number[:4]} {number[4:]}",
            _wide(f"{area}-{number}"), f"{area}-{number}-{_digits(chance, 3)}",
        ]
    )  # fmt: skip
    return whole, "CN_LANDLINE"


def _make_plate(chance: random.Random) -> Value:
    province, city = (
        chance.choice("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"),
        chance.choice(_LETTERS),
    )
    five = chance.choice(_LETTERS) + _digits(chance, 4) if chance.random() < 0.5 else _digits(chance, 5)
    rest = chance.choice(
        [
            five,
            five,
            chance.choice("DF") + _digits(chance, 5),
            _digits(chance, 5) + chance.choice("DF"),
            five[:4] + chance.choice("警学挂港澳"),
        ]
    )
    letters = f"{province}{city}{chance.choice(['', '', '·', '•', '.', '-', ' ', '・'])}{rest}"
    embassy = f"使{_digits(chance, 3)}{_digits(chance, 3)}"
    dressed = chance.choice(
        [letters, letters, letters, letters.lower(), _wide(letters), embassy, f"{province}{city} {rest}"]
    )
    return dressed, "PLATE"


def _make_email(chance: random.Random) -> Value:
    name = chance.choice(["zhang.san", "li_si88", "wangwu", "test", "a1b2c3", "1380000", "user-name"])
    host = chance.choice(
        ["qq.com", "163.com", "example.com", "mail.example.cn", "126.com", "example.com.cn", "gmail.com"]
    )
    at = chance.choice(["@", "@", "＠", " @ ", "[at]", "(at)", "【at】", " at ", "（at）"])
    if chance.random() < 0.1:
        return f"{name}{at}{host.replace('.', ' dot ')}", "EMAIL"
    return chance.choice([f"{name}{at}{host}", f"{name.upper()}{at}{host}", _wide(f"{name}@{host}")]), "EMAIL"


def _make_handle(chance: random.Random) -> Value:
    letters = chance.choice(["abc", "xiao_", "qinghu", "wx-", "zz", "hello_w"]) + _digits(chance, 5)
    return chance.choice([letters, letters.upper()]), "HANDLE"


def _make_qq(chance: random.Random) -> Value:
    return str(chance.randint(10_000_000, 3_000_000_000)), "HANDLE"


def _make_passport(chance: random.Random) -> Value:
    return chance.choice("EGDPS") + _digits(chance, 8), "PASSPORT"


def _make_permit(chance: random.Random) -> Value:
    return chance.choice("CHMW") + _digits(chance, chance.choice([8, 10])), "PASSPORT"


def _make_device(chance: random.Random) -> Value:
    return chance.choice(
        [
            ".".join(str(chance.randint(10, 250)) for _ in range(4)),
            ":".join(f"{chance.randint(0, 255):02x}" for _ in range(6)),
            "-".join(f"{chance.randint(0, 255):02X}" for _ in range(6)),
            f"{chance.uniform(20, 50):.6f},{chance.uniform(80, 130):.6f}",
            f"{chance.uniform(80, 130):.5f}, {chance.uniform(20, 50):.5f}",
            f"{chance.uniform(80, 130):.4f}，{chance.uniform(20, 50):.4f}",
            ":".join(f"{chance.randint(0x1000, 0xFFFF):x}" for _ in range(8)),
        ]
    ), "DEVICE"


def _make_imei(chance: random.Random) -> Value:
    return f"86{_digits(chance, 13)}", "DEVICE"


_SPOKEN_DIGITS = "零一二三四五六七八九"


def _make_door(chance: random.Random) -> Value:
    """Return unit and room behind a building."""
    unit, floor, flat = chance.randint(1, 4), chance.randint(1, 28), chance.randint(1, 4)
    room = f"{floor}0{flat}"
    said = "".join(_SPOKEN_DIGITS[int(one)] for one in room)
    one = _SPOKEN_DIGITS[unit]
    return chance.choice(
        [
            f"{unit}单元{room}室", f"{unit}单元{room}", f"{one}单元{room}室", f"{one}单元{said}", f"{one}单元{said}室", f"{unit}单元{room}号", f"{unit}单元{floor}楼",
            f"{unit}单元 {room}", f"{unit} 单元 {room} 室", f"{unit}单元-{room}", f"{unit}单元{room}房", f"{unit}单元{room}户", f"{unit}單元{room}室",
            f"{unit}单元{floor}层{flat}号", f"{one}单元{one}楼东户", f"{unit}单元{floor}楼西户", _wide(f"{unit}单元{room}室"), f"{unit}单元{floor}-{flat}",
        ]
    ), "ADDRESS_DOOR"  # fmt: skip


def _make_room(chance: random.Random) -> Value:
    room = f"{chance.randint(1, 28)}0{chance.randint(1, 4)}"
    return chance.choice([f"{room}室", f"{room}", f"{room}房", f"{room}号房"]), "ADDRESS_DOOR"


def _make_triple(chance: random.Random) -> Value:
    return f"-{chance.randint(1, 4)}-{chance.randint(1, 28)}0{chance.randint(1, 4)}", "ADDRESS_DOOR"


SURNAMES: Final = (
    "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 "
    "范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文"
).split()
COMPOUND: Final = "欧阳 司马 上官 诸葛 夏侯 皇甫 尉迟 令狐 慕容 司徒".split()
_MEN = (
    "伟 强 磊 军 勇 涛 明 超 杰 鹏 斌 刚 建国 建军 志强 国强 文斌 海涛 晓明 俊杰 浩然 子轩 宇航 德胜 永福 树林 春生 金柱 宝山 家豪 立新 新民 志刚 学军 振华 光荣 少华 天佑 一鸣 伟东 "
    "国栋 卫东 玉山 长顺 成林 大伟 小军 铁柱 富贵 广坤 绍辉 向阳 景明 博文 泽宇 明哲 瑞阳 梓豪 奕辰 思远 凯旋 启航 弘毅 致远 云鹏 守义 先进 正直 连生 占山"
).split()
_WOMEN = (
    "芳 娜 敏 静 丽 艳 娟 霞 萍 红 玲 燕 秀英 桂兰 秀兰 丽华 雪梅 小红 晓燕 海燕 美玲 雅婷 欣怡 梓涵 雨桐 诗琪 玉珍 凤英 春花 淑芬 爱华 金凤 翠花 巧云 桂芝 慧敏 素珍 月娥 彩霞 佳慧 "
    "思雨 可欣 若曦 语嫣 紫萱 婉婷 晓雯 冬梅 秋菊 莲花 丹丹 婷婷 莎莎 倩倩 亚男 胜男 招娣 文静 佩玲 惠珍"
).split()
_UYGHUR = "阿依古丽 买买提 艾尼瓦尔 古丽娜尔 阿不都拉 热依汗 吐尔逊 努尔古丽 帕提古丽 艾合买提 木拉提 玛依拉 库尔班 艾力 迪丽努尔 麦麦提".split()
_TIBETAN = "扎西顿珠 卓玛 次仁旺堆 格桑央金 洛桑平措 达瓦卓玛 多吉次仁 边巴次仁 尼玛扎西 拉姆次仁".split()
_MONGOL = "巴特尔 乌云其木格 那日苏 斯琴高娃 格日勒图 苏日娜 阿拉腾花".split()


def _full(chance: random.Random) -> str:
    family = chance.choice(COMPOUND) if chance.random() < 0.04 else chance.choice(SURNAMES)
    return family + chance.choice(_MEN + _WOMEN)


def _make_name(chance: random.Random) -> Value:
    return _full(chance), "PERSON_NAME"


def _make_long_name(chance: random.Random) -> Value:
    given = chance.choice([one for one in _MEN + _WOMEN if len(one) > 1])
    return chance.choice(SURNAMES) + given, "PERSON_NAME"


def _make_masked_name(chance: random.Random) -> Value:
    return chance.choice(SURNAMES) + chance.choice(["某", "某某", "XX", "**", "测试", "小测"]), "PERSON_NAME"


def _make_surname(chance: random.Random) -> Value:
    return chance.choice(SURNAMES[:60]), "PERSON_NAME"


def _make_nick(chance: random.Random) -> Value:
    return chance.choice("老小") + chance.choice("王李张刘陈杨赵周吴徐孙胡朱郭何郑梁谢宋韩邓曹彭曾"), "PERSON_NAME"


def _make_official(chance: random.Random) -> Value:
    return _full(chance), "OFFICIAL_NAME"


def _make_foreign(chance: random.Random) -> Value:
    first = chance.choice(_UYGHUR)
    dotted = f"{first}{chance.choice('·•・')}{chance.choice(_UYGHUR)}"
    return chance.choice([dotted, dotted, chance.choice(_TIBETAN), chance.choice(_MONGOL)]), "PERSON_NAME"


def _make_english(chance: random.Random) -> Value:
    first, last = (
        chance.choice("John Mary David Linda Tom Anna Peter".split()),
        chance.choice("Smith Brown Wang Lee Johnson Chen".split()),
    )
    return chance.choice([f"{first} {last}", first]), "PERSON_NAME"


def _stays(make: Callable[[random.Random], str]) -> Make:
    return lambda chance: (make(chance), None)


_MAKERS: Final[dict[str, Make]] = {
    "id18": _make_id18,
    "plain_id": _make_plain_id,
    "suspect": _make_suspect,
    "id15": _make_id15,
    "card": _make_card,
    "plain_card": _make_plain_card,
    "mobile": _make_mobile,
    "plain_mobile": _make_plain_mobile,
    "landline": _make_landline,
    "plate": _make_plate,
    "email": _make_email,
    "handle": _make_handle,
    "qq": _make_qq,
    "passport": _make_passport,
    "permit": _make_permit,
    "device": _make_device,
    "imei": _make_imei,
    "door": _make_door,
    "room": _make_room,
    "triple": _make_triple,
    "name": _make_name,
    "long_name": _make_long_name,
    "masked_name": _make_masked_name,
    "surname": _make_surname,
    "nick": _make_nick,
    "official": _make_official,
    "foreign": _make_foreign,
    "english": _make_english,
    "uscc": _stays(_uscc),
    "n": _stays(lambda chance: str(chance.randint(1, 30))),
    "order": _stays(lambda chance: f"2026{chance.randint(1, 12):02}{chance.randint(1, 28):02}{_digits(chance, 10)}"),
    "express": _stays(lambda chance: chance.choice(["SF", "YT", "ZTO", "JD"]) + _digits(chance, 13)),
    "digits5": _stays(lambda chance: chance.choice("123456789") + _digits(chance, 4)),
    "money": _stays(lambda chance: f"{chance.randint(100, 99_999_999)}.{_digits(chance, 2)}"),
    "hotline": _stays(
        lambda chance: chance.choice(
            "110 119 120 122 12345 12377 12388 12315 12328 12369 12333 12348 95598 95588 10086 10010 400-800-8820 4008208820 800-820-8820 400 820 8820".split()
        )
    ),
    "date": _stays(lambda chance: f"{chance.randint(2019, 2026)}{chance.choice('-./')}{chance.randint(1, 12)}{chance.choice('-./')}{chance.randint(1, 28)}"),
}  # fmt: skip

NUMBERS: Final = """
身份证{id18}，麻烦核实
身份证号码：{id18},手机{mobile}
我的身份证是{id18}电话是{mobile}
{plain_id}是我的证件
ID{plain_id}abc公司
证件{plain_id}、{plain_id}两个都登记了
{plain_mobile}{plain_id}
{plain_id} {plain_card}
证号{suspect}系统说不对
老身份证{id15}还能用吗
身份证（15位）：{id15}。
卡号{card}没收到退款
退到我的银行卡 {card} 上
账号：{card}，户名见附件
工商银行{plain_card}
{plain_card}开户行农行
信用卡{card}被盗刷
电话{mobile}
请回电{mobile}，谢谢
有事打{mobile}找我
手机号：{mobile}。微信同号
联系方式:{mobile}/{plain_mobile}
{plain_mobile},{plain_mobile}都打过
tel:{mobile}
我的号码是{mobile}
拨打{mobile}没人接
家里电话{landline}
座机：{landline}，白天在
联系电话{landline}
请拨{landline}转{n}找我
车牌{plate}乱停
{plate}占用消防通道
一辆{plate}的黑色轿车逆行
车牌号：{plate}，司机闯红灯
{plate}和{plate}两辆车堵住门口
邮箱{email}
请发到{email}。
我的邮箱是：{email}，等回复
微信{handle}
微信号：{handle}
加我微信 {handle} 详谈
加V {handle}
vx:{handle}
V信{handle}
QQ{qq}
QQ号：{qq}
我的qq是{qq}
扣扣 {qq}
抖音号{handle}
抖音号：{handle}直播
快手号 {handle}
小红书号：{qq}
护照号{passport}
护照：{passport}，签证过期
我的护照号码是{passport}。
港澳通行证{permit}
回乡证号{permit}
台胞证 {permit}
IP是{device}
设备{device}异常登录
位置{device}附近
IMEI:{imei}
imei {imei}被锁
锦湖里7号楼{door}漏水
住东湖花园4号楼{door}
青湖路12号院3栋{door}没暖气
金河小区五号楼{door}邻居扰民
幸福里2幢{door}
锦湖里12栋B座{room}漏水
东湖花园3号楼{room}停电
滨河小区6栋{room}，求解决
锦湖里3{triple}漏水
阳光家园12{triple}停水
""".strip().splitlines()

NAMES: Final = """
我叫{name}，住在锦湖里
我叫{name}
我的名字是{name}
本人{name}，反映一个问题
本人{masked_name}，家住东湖花园
联系人:{name}
联系人：{name}，电话{plain_mobile}
姓名 {name}
姓名：{name} 电话：{plain_mobile}
投诉人：{name}
反映人{name}
感谢{surname}师傅及时维修
{surname}阿姨家没水了
隔壁{surname}大爷八十多了
找{surname}女士没找到
{surname}先生说没人管
{surname}老师态度很好
{surname}医生开错了药
{surname}大姐帮了大忙
{nick}说这事没人管
邻居{nick}也没办法
昨天{nick}去社区问了
{official}书记来现场看了
社区书记{official}不作为
{official}局长承诺月底解决
局长{official}承诺月底解决
科长{official}态度恶劣
街道办主任{official}收礼
镇长{official}一直不露面
民警{official}处理得很好
网格员{official}上门登记
科长{official}，电话打不通
医生{name}收红包
班主任{name}老师打骂学生
护士{name}很耐心
司机{name}拒载
业主代表{name}被打
业主代表：{name}
举报人{name}，实名举报
实名举报人：{name}
我儿子{name}今年上小学
我女儿{name}被欺负
我老婆{name}在医院
我老公{name}被欠薪
我爸{name}走失了
我妈妈{name}摔伤了
我丈夫{name}上个月去世
邻居{name}天天放音响
业主{name}说电梯又坏了
村民{name}的地被占了
工友{name}从架子上掉下来
老板{name}跑路了
包工头{name}欠我们工资
法人代表{name}
法定代表人：{name}
负责人{name}
负责人：{name}，推卸责任
经办人：{name}
经办人{name}说系统坏了
被告{name}拒不履行
原告：{name}
受害人{name}还在住院
受害者{name}家属要求赔偿
死者{name}，男，45岁
患者{name}住院三天没人管
房东{name}不退押金
申请人：{name}
户主{name}已经去世
物业经理{name}骂人
物业公司经理{name}态度差
承包商{name}偷工减料
店主{name}占道经营
校长{official}不管
院长{official}说没床位
请相关部门处理。{long_name}
望尽快解决，谢谢！{long_name} 2026年3月1日
此致敬礼 {name} 2026年3月10日
反映人：{name}\n2026.3.10
签名：{name}
落款：{name}
盼复。\n{long_name}\n2026年3月5日
{long_name}，男，45岁，住锦湖里
{long_name}和{long_name}昨天去了街道
昨天{long_name}和{long_name}来过社区
{long_name}、{long_name}、{long_name}三人联名反映
{name}、{name}、{name}等业主联名反映
{long_name}说停水三天了
{long_name}家的房子漏水
我和{long_name}一起去的
有个叫{name}的人打人
找到{long_name}问情况
{long_name}欠钱不还
被{long_name}打伤了
{long_name}在小区里养狗咬人
听{long_name}讲，补偿款早到了
{long_name}告诉我们没有钱
把钱转给{long_name}了
是{long_name}带人拆的墙
向{long_name}借了五万元
{long_name}同志工作认真
{long_name}：你好
联系{long_name}没有回应
我叫{foreign}，来自喀什
我是{foreign}，反映拖欠工资
{foreign}的摊位被收了
业主{foreign}反映停水
联系人：{foreign}
工友{foreign}受伤了
我叫{english}，是留学生
My name is {english}, no water here
联系人: {english}
姓名：{english}
外教{english}被拖欠工资
""".strip().splitlines()

STAYS: Final = """
拨打{hotline}没人接，谁来管
{hotline}热线一直占线
客服电话{hotline}转人工要等{n}分钟
统一社会信用代码{uscc}
公司{uscc}欠薪
订单号{order}
订单编号：{order}还没发货
快递单号{express}丢了
快递{express}没人送
赔了{money}元
合同金额{money}元，至今没付
{date}开始停水
从{date}到{date}断断续续停电
K{n}路和3{n}路公交不准点
G25高速K126+300处塌方
《条例》第{n}条第{n}款
民法典第一千零三十四条规定
ISBN 978-7-5086-{digits5}-3
型号GB/T{digits5}-2023
邮编75{digits5}
水表读数00{digits5}
涨到3.14159265358979元
圆周率3.1415926535
房产证号：宁（2023）青湖区不动产权第00{digits5}号
工单编号2026{digits5}{digits5}
住锦湖里{n}号楼的居民都没水
锦湖里{n}号楼共300户停水
东湖花园{n}栋楼漏水
青湖路{n}号门口堵车
第{n}单元的课文太难
面积{n}00.5平方米，单价{digits5}元
从8:30到17:30没人
比分3-2-1
2-3天没水了
3-5月份施工
学生每天7点到校，{n}点放学
药品批准文号国药准字H2026{digits5}
版本v1.2.3.4
身高175体重65
编号A{digits5}B
地铁{n}号线延误
每平米{digits5}元
第{n}0届运动会
高兴得很，张贴的告示没人看
马上就要交房了，方便的话回个话
安全隐患多，康复中心的白天晚上都吵
王府井大街堵车，黄河边的垃圾没人清
金融广场门口，万元户都来了，江苏路封了
周末常常停电，于是去问物业，应该有说法
时间长了，路灯都不亮，石头堆在路边
任何人都可以，任意停车，何时能修好
全部业主，全体居民，向来如此，连夜施工
成立业委会，方案没公示，施工单位乱来
高空抛物，高温天气，高速路口，高中门口
解决办法，解释不清，单独收费，单位不管
老小区改造，小广场很吵，老年人多，小朋友多
小康路停水，老城区改造，小王庄村修路，小李家村
陈旧设备，严重超标，严格执行，贺卡，贺兰山路
东方红广场，南宫路，司马台，欧阳修故居，上官渡村
文化广场，文明城市，古城墙，方向盘，方面，平安里
张家口，李家庄，王家湾村，赵家沟，刘家峡水库
国家，建设局，建国路，和平路，中山路，人民医院
万科金域华府，恒大绿洲，碧桂园，华润万家，永辉超市
阿里巴巴，肯德基，麦当劳，沃尔玛，家乐福
巴音郭楞，乌鲁木齐，呼和浩特，喀什古城，伊犁河谷
负责人不在，经办人说不清楚，举报人信息要保密
联系人电话没人接，姓名写错了，签名没看见
被告没到庭，受害人家属，业主代表大会，法人代表变更
我叫他们来的，我叫了三次，没人叫我
局长信箱，书记接待日，主任办公室，区长热线
班主任工作，医生很忙，司机态度差，邻居吵架
张江路口，林荫道，梁山路，董事会，程序不对
余下的钱，曾经来过，许多居民，许可证，谢谢领导
江南水乡，孔子学院，孟子故里，龙湖天街，雷雨天气
""".strip().splitlines()

TEMPLATES: Final = (*NUMBERS, *NAMES, *STAYS)
