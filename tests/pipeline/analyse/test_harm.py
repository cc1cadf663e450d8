"""Danger to life, and what people say when something is delicious, dull or funny."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analyse import harm as harms
from pipeline.analyse.analyst import Analyst
from tests.build import a_post


def harm(analyst: Analyst, text: str) -> str | None:
    finding = analyst.analyse([a_post(text=text)])[0].matter
    return finding.harm if finding else None


DANGERS = """
化工厂爆炸了
刚刚爆炸，玻璃都碎了
楼下烧烤店爆炸，有人受伤
听到一声巨响，好像爆炸了
煤气罐要爆炸了
变压器爆炸冒火
老人昏迷不醒
有人在公园昏迷了
路边有个人昏迷
救命！
救命啊，快来人
救命，我被锁在屋里了
孩子误食中毒了
全家一氧化碳中毒
食堂几十个学生中毒
有人持刀砍人
地铁口有人砍人
工地坍塌了
围墙倒塌压到人
大桥坍塌
河堤决堤了
村里死人了
工地死人了，没人管
车祸，一人死亡
两人死亡三人受伤
小区有人放火
充电的电动车爆炸
孩子抽搐，救护车快来
井下窒息，两名工人
人被洪水冲走了
大爷猝死在路边
地下室有人窒息
商场发生踩踏
孕妇大出血，救护车堵在路上
想跳楼，不想活了
我要自杀
氯气泄漏有人休克
死人了！在锦湖里
发生爆炸
昏迷了，没呼吸了
爆炸了！！！
中毒了，肚子疼得不行
""".strip().splitlines()

EXCLAMATIONS = """
这家火锅好吃到爆炸
甜到爆炸的剧
我选择原地爆炸
心态爆炸，作业写不完
救命啊这也太好笑了哈哈
救命，她好可爱
磕到昏迷
这操作令人窒息
看到价格我当场窒息
声音好听我中毒了
吓死人了这电梯
气死人了物业
困到昏迷，地铁快点
学不完了感觉要猝死
笑到抽搐
这鞋是老板大出血清仓
跳楼机不敢坐
人设坍塌了
热死人了今天
头疼得要爆炸
""".strip().splitlines()


TOLD_BY_DIALS_AND_FAREWELLS = """
反应釜超压了，安全阀失灵，隔壁班组还不知道
井下甲烷浓度超限一直报警，工人还在里面没撤
停电了，我爸的呼吸机电池只剩一刻钟
基坑底下开始冒沙，工友还在下面绑钢筋
热水器装在浴室里，我姐进去洗澡半天，脸樱桃红，拍不醒
我爸阿尔茨海默，早上五点出的门，走失到现在
卫生间的门我用胶带封好了，晚安，别进来
别怪任何人，猫托付给楼下，银行卡密码写在纸上了
药我都吃了，一整瓶，终于可以好好睡了
最后说一句，下辈子再做朋友吧，晚安，楼顶的风真大
""".strip().splitlines()

NO_DIALS_AND_NO_FAREWELLS = """
搬家用胶带封好了纸箱，卧室门口那几个别动，晚安
妈妈下辈子我还做你儿子，晚安
厨房装一氧化碳报警器哪家好，报警值多少ppm合适
呼吸机租赁停电时电池能用多久
基坑冒沙怎么办，讲课老师说先回填
上周走失的阿尔茨海默老人已找到，谢谢大家
感冒药我都吃了一整瓶止咳糖浆，还是没好，终于可以请假好好睡一觉
退群了，班主任说谢谢您的理解，家长群改用钉钉
离职了，别怪任何人，密码写在交接单上
锅炉超压检验年检去哪里办
""".strip().splitlines()


@pytest.mark.parametrize("text", [*DANGERS, *TOLD_BY_DIALS_AND_FAREWELLS])
def test_a_danger_is_one_in_any_words(analyst: Analyst, text: str) -> None:
    assert harm(analyst, text) == "H3"


@pytest.mark.parametrize("text", [*EXCLAMATIONS, *NO_DIALS_AND_NO_FAREWELLS])
def test_a_figure_of_speech_endangers_nobody(analyst: Analyst, text: str) -> None:
    assert harm(analyst, text) != "H3"


def test_laughter_beside_a_scene_takes_no_danger_back(analyst: Analyst) -> None:
    assert harm(analyst, "楼下煤气罐爆炸了，哈哈哈吓得我话都说不清，有人受伤") == "H3"


COMPLAINTS = [
    "物业费年年涨，垃圾堆了一个星期没人清，打电话也没人接",
    "路灯坏了半年，晚上黑漆漆的，反映过两次了",
    "楼下的烧烤摊油烟大，城管来了又走",
    "快递柜漏雨，东西全湿了，客服让等",
]


@pytest.mark.parametrize("danger", ["今天下午我妈被关在电梯里，她喘不上气了，快来人", "刚才三楼着火了，窗口有人喊救命"])
@pytest.mark.parametrize("place", range(len(COMPLAINTS) + 1))
@pytest.mark.parametrize("mark", "。，")
def test_complaints_around_a_danger_hide_it_nowhere(analyst: Analyst, danger: str, place: int, mark: str) -> None:
    assert harm(analyst, mark.join([*COMPLAINTS[:place], danger, *COMPLAINTS[place:]])) == "H3"


def test_however_many_complaints_endanger_nobody(analyst: Analyst) -> None:
    assert harm(analyst, "。".join(COMPLAINTS * 3)) != "H3"


@pytest.mark.parametrize(
    "text",
    [
        "安利一部韩剧，讲消防员的。第一集就是化工厂大爆炸，人被压在钢梁下面，第二集才救出来。配乐真好，我一边看一边吃完了整包薯片，明天接着看",
        "说说昨天的惊险经历。我爸在菜市场突然胸口疼倒地，卖鱼的大哥马上做按压，救护车六分钟就到了，现在已经转到普通病房，能喝粥能骂人，谢谢好心人",
    ],
)
def test_a_long_story_and_what_ended_well_endanger_nobody(analyst: Analyst, text: str) -> None:
    assert harm(analyst, text) != "H3"


NUMERALS, BETWEEN = list("0123456789一二两三四五六七八九十百千零几上数"), list("多几来余号个名位口")
COUNTED = re.search("户(?:[|][^)]+)+", harms._CROWD.pattern)
PEOPLE = COUNTED.group().split("|") if COUNTED else []


@given(st.lists(st.sampled_from([*NUMERALS, *BETWEEN, *PEOPLE, "。", "水"]), max_size=9).map("".join))
def test_no_quick_look_passes_over_a_crowd(text: str) -> None:
    assert not harms._CROWD.search(text) or harms._COUNTED.found(text)


@pytest.mark.parametrize("people", PEOPLE)
def test_whoever_is_counted_is_a_crowd(people: str) -> None:
    assert harms._COUNTED.found(f"38个{people}")


@given(st.text(st.characters(max_codepoint=0x7FF)))
def test_no_quick_look_passes_over_foreign_letters(text: str) -> None:
    assert harms._ANY_FOREIGN.found(text) == bool(harms._FOREIGN.search(text))
