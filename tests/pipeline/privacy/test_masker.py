from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.directory import Directory
from pipeline.model import body
from pipeline.privacy import PLACEHOLDERS, Masker, scrub
from pipeline.text.normal import normal

MASKER = Masker(Directory.read())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("640101190001010018", "CN_ID18"),
        ("64010119000101019X", "CN_ID18"),
        ("64010119000101019x", "CN_ID18"),
        ("640101190001010019", "CN_ID_SUSPECT"),
        ("640101000101001", "CN_ID15"),
        ("6200000000000005", "BANK_CARD"),
        ("6200 0000 0000 0005", "BANK_CARD"),
        ("6222020000000000018", "BANK_CARD"),
        ("13800138000", "CN_MOBILE"),
        ("138-0013-8000", "CN_MOBILE"),
        ("+86 138 0013 8000", "CN_MOBILE"),
        ("一三八零零一三八零零零", "CN_MOBILE"),
        ("幺三八〇〇幺三八〇〇〇", "CN_MOBILE"),
        ("138零0138零零0", "CN_MOBILE"),
        ("１３８００１３８０００", "CN_MOBILE"),
        ("138\u200b0013\u200b8000", "CN_MOBILE"),
        ("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "CN_MOBILE"),
        ("1 3 8 0 0 1 3 8 0 0 0", "CN_MOBILE"),
        ("0951-0000000", "CN_LANDLINE"),
        ("宁Z00000", "PLATE"),
        ("宁Z·00000", "PLATE"),
        ("宁ZD00000", "PLATE"),
        ("test@example.com", "EMAIL"),
        ("护照E00000000", "PASSPORT"),
        ("192.168.0.1", "DEVICE"),
        ("00:1a:2b:3c:4d:5e", "DEVICE"),
        ("38.48720,106.23090", "DEVICE"),
        ("微信号abc_12345", "HANDLE"),
        ("１３８－００１３－８０００", "CN_MOBILE"),
        ("138OO138OOO", "CN_MOBILE"),
        ("6401 0119 0001 0100 18", "CN_ID18"),
        ("宁 Z00000", "PLATE"),
        ("test at example.com", "EMAIL"),
        ("test # example.com", "EMAIL"),
        ("@某某某某某", "HANDLE"),
        ("4号楼2单元501", "ADDRESS_DOOR"),
    ],
)
def test_a_value_of_each_class_is_masked(value: str, expected: str) -> None:
    masked = MASKER.mask("", f"情况:{value}。")
    assert masked.classes == (expected,)
    assert PLACEHOLDERS[expected] in masked.text
    assert value not in masked.text


@pytest.mark.parametrize(
    "text",
    [
        "202603101902123456",  # region 20 does not exist
        "11640100MB0000000Y",  # the code of an organisation
        "订单号2026031019021234567",
        "6200000000000006",  # Luhn fails and nobody calls it a card
        "打12345、110、12388没人接，95598也占线",
        "4号楼120户居民停水",
        "4号楼300人没水喝",
        "2026-3-10至2026-3-12停水",
        "孩子高烧不退，业主常年没人管",
        "局长高度重视，主任安排人来了",
        "每周老师都来，感谢老师",
        "柳园镇镇长、湖东街道办主任都知道",
        "第三单元的考试",
        "@青湖发布 请看看",
        "K126+300处塌方，G25高速",
        "水价3.5000元",
        "一座650吨的储罐，户型1.2.3.4号",
        "举报人一个都没见到，和全社会一起监督",
        "用我的姓名查询不到",
        "更新：谢谢维修师傅",
        "编号0000-00000000",
        "南京市长江大桥限行",
        "微信同号，抖音也有",
        "WiFi6信号差，抖音打不开",
    ],
)
def test_what_only_looks_like_personal_data_stays(text: str) -> None:
    assert MASKER.mask("", text).text == text


def test_a_number_in_a_card_context_is_masked_even_with_a_wrong_check_digit() -> None:
    assert MASKER.mask("", "卡号6200000000000006").text == "卡号[银行卡]"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("手机:138 0013 8000转2", "手机:[手机号]转2"),
        ("138 0013 8000微信同号", "[手机号]微信同号"),
        ("V: abc_12345", "V: [账号]"),
        ("加V abc12345", "加V [账号]"),
        ("薇❤: abc12345", "薇❤: [账号]"),
        ("扣扣 123456789", "扣扣 [账号]"),
        ("企鹅号：123456789", "企鹅号：[账号]"),
        ("Q Q 1 2 3 4 5 6 7 8 9", "Q Q [账号]"),
        ("ｑｑ群：１２３４５６７８９", "ｑｑ群：[账号]"),
        ("小红书 ID：abc12345", "小红书 ID：[账号]"),
        ("抖音：abc12345", "抖音：[账号]"),
    ],
)
def test_an_account_goes_and_the_name_of_its_network_stays(text: str, masked: str) -> None:
    assert MASKER.mask("", text).text == masked


def test_a_post_full_of_personal_data() -> None:
    masked = MASKER.mask(
        "",
        "我叫王测试,身份证64010119000101019X,手机一三八零零一三八零零零,车牌宁Z00000,卡6200 0000 0000 0005,"
        "住东湖花园4号楼2单元501,邮箱test@example.com,物业乱收费谁管",
    )
    assert masked.text == (
        "我叫[姓名],身份证[身份证],手机[手机号],车牌[车牌],卡[银行卡],住东湖花园4号楼[门牌],邮箱[邮箱],物业乱收费谁管"
    )


def test_an_accused_official_keeps_the_office_and_loses_the_name() -> None:
    text = "实名举报:青湖区湖东街道办主任收装修公司回扣,还把低保名额给亲戚"
    assert MASKER.mask("", text).text == text
    assert MASKER.mask("", "湖东街道办主任李测试收回扣").text == "湖东街道办主任[职务人员]收回扣"
    assert MASKER.mask("", "李局长收回扣").text == "[职务人员]局长收回扣"


def test_a_harmed_child_is_a_minor_without_name_and_class() -> None:
    masked = MASKER.mask("", "我家孩子王小测在青湖三小四年级二班被同学打到流鼻血,老师让算了,学校不管")
    assert masked.text == "我家孩子[姓名]在青湖三小[班级]被同学打到流鼻血,老师让算了,学校不管"
    assert masked.minor


@pytest.mark.parametrize("text", ["家里有老人小孩怎么煮饭", "孩子高烧，感谢张师傅帮忙", "12岁的房子，电梯坏了"])
def test_a_child_in_passing_makes_no_minor(text: str) -> None:
    assert not MASKER.mask("", text).minor


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("感谢张师傅和王老师", "感谢[姓名]师傅和[姓名]老师"),
        ("联系人：欧阳小测", "联系人：[姓名]"),
        ("姓名:李测，反映噪音", "姓名:[姓名]，反映噪音"),
        ("張先生說沒人管", "[姓名]先生說沒人管"),
    ],
)
def test_names_go_and_the_words_around_them_stay(text: str, expected: str) -> None:
    assert MASKER.mask("", text).text == expected


def test_title_and_text_are_masked_each_in_its_place() -> None:
    masked = MASKER.mask("打13800138000", "或13900139000")
    assert (masked.title, masked.text) == ("打[手机号]", "或[手机号]")
    assert [(span.start, span.end) for span in masked.spans] == [(1, 12), (14, 25)]


def test_a_number_the_office_publishes_stays() -> None:
    tree = {
        "schema": "yuqing-directory/v1",
        "territory": {"name": "青湖区"},
        "units": [{"id": "water", "name": "区水务局", "contacts": ["0951-0000000"]}],
    }
    assert Masker(Directory.model_validate(tree)).mask("", "打0951-0000000没人接").classes == ()


def test_a_log_line_is_scrubbed() -> None:
    assert scrub("row 7: 13800138000") == "row 7: [手机号]"


PIECES = st.sampled_from(
    [
        "我叫王测试", "13800138000", "一三八零零一三八零零零", "6200000000000005", "宁Z00000", "@某人", "孩子王小测在", "四年级二班",
        "2单元501", "李局长", "主任张三丰", "test@example.com", "640101190001010018", "微信号abc12345", "扣扣123456789", "V: abc_12345", "QQ", "Q Q 1 2 3 4 5 6", "138OO138OOO", "宁 Z00000", "a # b.cn", "男,", "局长王国强", "𬱖先生", "\u200b", " ", "，", "1", "8岁",
        "[姓名]", "[班级]", "停水", "-", "0951-", "x", "我家孩子", "学校", "先生", "号", "卡号",
    ]
)  # fmt: skip


@given(st.lists(PIECES).map("".join), st.lists(PIECES).map("".join))
def test_masking_twice_changes_nothing(title: str, text: str) -> None:
    once = MASKER.mask(title, text)
    twice = MASKER.mask(once.title, once.text)
    assert (twice.title, twice.text, twice.minor) == (once.title, once.text, once.minor)


@given(st.text(), st.text())
def test_any_text_can_be_masked(title: str, text: str) -> None:
    masked = MASKER.mask(title, text)
    if not masked.spans:
        assert (masked.title, masked.text) == (title, text)


WAKES_EVERYTHING = (
    "\n。13800138000 宁Z00000 a@b.cn 微信号abc123456 护照E00000000 1.2.3.45678 5单元 三班 王主任 [姓名] \u200b"
)


@given(st.lists(PIECES).map("".join))
def test_looking_only_where_something_may_be_misses_nothing(text: str) -> None:
    alone = MASKER.mask("", text).text
    among = MASKER.mask("", text + WAKES_EVERYTHING).text  # here every recogniser looks
    assert among.startswith(alone + "\n")


@given(st.lists(PIECES).map("".join), st.lists(PIECES).map("".join))
def test_the_normal_form_told_is_that_of_the_masked_body(title: str, text: str) -> None:
    masked = MASKER.mask(title, text)
    assert masked.normal == normal(body(masked.title, masked.text))


def test_the_title_of_a_published_article_keeps_its_names_and_nothing_else() -> None:
    words = ("物业经理王国强回应停电", "业主王国强电话13800138000")

    (press, post) = MASKER.mask_batch([words, words], [True, False])
    (numbered,) = MASKER.mask_batch([("爆料人13800138000", "")], [True])

    assert press.title == words[0]
    assert "王国强" not in press.text + post.title + post.text
    assert numbered.title == "爆料人[手机号]"
    (again,) = MASKER.mask_batch([(press.title, press.text)], [True])
    assert (again.title, again.text) == (press.title, press.text)


@pytest.mark.parametrize("text", ["我家娃在小学被打了", "邻居家孩子在三中被欺负", "一个八岁的男孩走丢了"])
def test_a_child_is_seen_where_nothing_else_is_private(text: str) -> None:
    masked = MASKER.mask("", text)

    assert masked.minor
    assert masked.text == text
    assert not MASKER.mask("", "学校门口堵车").minor
