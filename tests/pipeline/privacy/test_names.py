"""Names in invented sentences, and words that only look like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.privacy import Masker, names
from pipeline.privacy.surnames import AMBIGUOUS, GIVEN

MASKER = Masker()
NAMES = frozenset({"PERSON_NAME", "OFFICIAL_NAME"})

NAMED = """
我叫张伟，家住东湖花园|张伟
本人李娜，反映物业乱收费|李娜
联系人：王芳，电话号码见附件|王芳
投诉人刘洋，要求退款|刘洋
我是业主陈建国，楼上漏水|陈建国
我老公刘强在工地上摔伤了|刘强
我丈夫赵铁柱被拖欠工资|赵铁柱
村支书赵德柱多年不公开账目|赵德柱
物业经理黄志强态度恶劣|黄志强
班主任周敏老师很负责|周敏
王阿姨家里没水|王
孙大爷摔倒了|孙
社区网格员吴小莉上门登记|吴小莉
民警张晖朝处理及时|张晖朝
街道办主任李建设答复说不归他管|李建设
王国强局长上周来过|王国强
局长王国强，你好|王国强
张和平书记承诺年底修好|张和平
副镇长王会英来看过现场|王会英
区长周文斌接访时说过|周文斌
医生林海燕给我妈看的病|林海燕
欧阳建华先生多次反映|欧阳建华
司马小测女士来电|司马小测
诸葛先生说没人管|诸葛
方先生反映路灯不亮|方
石女士说电梯坏了|石
任先生投诉噪音|任
安女士咨询医保|安
仉先生来电咨询|仉
亓女士投诉|亓
逄大哥帮忙修好了|逄
孩子王小测在学校被打|王小测
我儿子李浩然今年上小学|李浩然
女儿陈思雨被同学欺负|陈思雨
失踪老人张桂兰，身高一米六|张桂兰
患者李秀英住院三天|李秀英
司机马超拒载|马超
包工头刘大勇欠我们工钱|刘大勇
老板娘郑丽娟不退押金|郑丽娟
法定代表人：孙志刚|孙志刚
户名：周国平|周国平
姓名：何静|何静
申请人：高飞|高飞
户主黄金山已去世|黄金山
房东徐建军不退押金|徐建军
邻居谢广坤天天放音响|谢广坤
工友朱大力受伤了|朱大力
王建国，男，45岁，住锦湖里|王建国
李桂芳(女)，退休工人|李桂芳
林志远 13800138000 请联系|林志远
苏晓梅，电话13900139000|苏晓梅
有个叫董卓的人收了钱|董卓
实名举报人蒋文明|蒋文明
会计梁红挪用公款|梁红
队长杨勇带人来的|杨勇
院长曹明亮说没床位|曹明亮
科长姚远推诿|姚远
校长范明回复说在研究|范明
教练郝建让办卡|郝建
律师丁一凡代理此案|丁一凡
谭小明同学丢了书包|谭小明
江小白小朋友在公园走失|江小白
龙建平老板跑路了|龙建平
康健医生很耐心|康健
白云飞教授的讲座|白云飞
尹志平警官出警很快|尹志平
龚琳娜大姐帮忙带路|龚琳娜
我妈王桂英八十岁了|王桂英
爷爷李有福卧床|李有福
奶奶刘凤英独居|刘凤英
市长江小测在会上表示|江小测
王老师都来了|王
感谢秦师傅，感谢魏大姐|秦
業主陳建國反映漏水|陳建國
孩子叫王子涵，八岁|王子涵
负责人：邹文|邹文
老人万桂花走失|万桂花
被告石磊拒不执行|石磊
主任方志敏和书记向东升都不在|方志敏
庭长蔡家瑶审理|蔡家瑶
学员程功要求退费|程功
店主鲁大海被打|鲁大海
感谢方先生和石女士|石
联系万师傅修好了|万
业主易中天、于谦、左小青联名|易中天
职工余秋雨反映社保断缴|余秋雨
老婆柳如烟被骗|柳如烟
组长熊大力通知的|熊大力
居民文章反映|文章
我是张三丰，反映一个问题|张三丰
本人：许晴，32岁|许晴
落款：邓小明|邓小明
护士叶小倩态度好|叶小倩
""".strip().splitlines()

NAMELESS = """
南京市长江大桥限行
武汉市长江二桥堵车
九江市长江流域禁渔
宜昌市长江沿岸垃圾多
区长安街路灯坏了
西安市长安区停水
该局长沙分局答复
学校长征路校区没人管
处长期不作为
部长城路堵车
火车站长龙排队
公交站长沙路口没有雨棚
小区长宁路一侧漏水
业主任何时候都能反映
班主任务太重
书记得来看看
街道书记录了问题
主任高度重视
局长马上安排
所长期无人值守
办事处长沙路网点排队
主任白天不在
区县长安镇停电
市长白山路施工
老师常年补课
感谢老师，应老师要求交钱
对方先生后来道歉了
全体老师辛苦了
当时医生不在
和老师沟通了
向老师反映
业主常年没人管
业主高空抛物
学生安全谁负责
孩子高烧不退
老人黄疸住院
司机路过没停
医生时间紧
居民汪汪叫的狗扰民
老板康师傅牛肉面过期
业主方便停车
村民林地被占
业主温馨家园停水
业主石桥小区停水
局长王庄小区停水
主任李家湾村民求助
学生金融知识讲座
业主周末休息被吵
邻居孔洞没堵
患者陆续出院
同学单位发的
法人代表都没来
负责人都不在
当事人没有到场
业主余额不足
家属于昨晚到达
孩子毛病不少
老人毕竟岁数大
业主万达广场停水
司机沿长江路行驶
施工方负责人电话打不通
金源小区,电话打不通
安装 电话
工人全部没领到钱
居民应该知情
房东方面没有回复
员工金额对不上
大队长期无人
居民广场路口红绿灯坏
主任汤圆节活动
""".strip().splitlines()


def hidden(text: str) -> list[str]:
    return [text[span.start : span.end] for span in MASKER.mask("", text).spans if span.name in NAMES]


def test_of_a_hundred_names_hardly_one_is_missed() -> None:
    missed = [line for line in NAMED if not any(line.split("|")[1] in name for name in hidden(line.split("|")[0]))]
    assert len(missed) <= len(NAMED) * 0.03, missed


@pytest.mark.parametrize("text", NAMELESS)
def test_places_offices_and_ordinary_words_are_no_names(text: str) -> None:
    assert hidden(text) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("值班民警张警官说的", "值班民警[姓名]警官说的"),
        ("局长李强表示会查", "局长[职务人员]表示会查"),
        ("业主王芳反映噪音", "业主[姓名]反映噪音"),
        ("总队长谭小明", "总队长[职务人员]"),
    ],
)
def test_the_mask_ends_where_the_name_does(text: str, masked: str) -> None:
    assert MASKER.mask("", text).text == masked


@given(
    st.sampled_from(sorted(AMBIGUOUS)), st.text(st.sampled_from(sorted(GIVEN)[:9] + list("物孩客业,的")), max_size=3)
)
def test_before_what_no_family_stands_no_name_is_likely(family: str, behind: str) -> None:
    if not names._may_be_family(family, behind[:2]):
        assert not any(names._likely(family + behind, 0, family, end) for end in (2, 3))


def test_a_word_between_two_others_is_no_family_and_a_full_name_behind_one_is_read() -> None:
    assert hidden("老人和孩子怎么办") == []
    assert hidden("我叫和小明") == ["和小明"]
