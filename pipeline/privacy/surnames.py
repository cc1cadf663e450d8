"""Surnames, by how many people bear them; enough for 98 in 100."""

from __future__ import annotations

from typing import Final

SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方"
    "白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包"
    "宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫"
    "亓仉乜逄逯隗郗郜郏郦鄢邰邸郯郄郇鄂綦亢佴伏禹诺濮缑蒯訾阙阚尧宓弓宰雍冼钮阎牧隆籍赖蔺屠胥苍莘贡姬冀扈浦茹庾暨衡禄殳蔚夔聂晁勾融养鞠巢竺桓谌占荆楚栗揭银冮迮滕宦嵇荀惠麴封芮储汲糜井巴乌谯庹闾漆"
    "常萧傅阎祁宾宣幸矫展郁蓟束奚杭盖昝荔敬费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝闻闪纳哈撒丑"
)
COMPOUND: Final = tuple(
    "欧阳 司马 上官 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 司徒 东方 南宫 端木 闻人 独孤 宇文 长孙 轩辕 钟离 西门 申屠".split()
)
# No word but a name begins with these.
SURE_COMPOUND: Final = tuple("欧阳 司马 上官 诸葛 夏侯 皇甫 尉迟 慕容 令狐 司徒 宇文 端木".split())
# They are ordinary words as well: alone before a form of address they say too little.
AMBIGUOUS: Final = frozenset("于和向从连时全应能明单师房边解关路管查党游闻哈纳时过占养融隆储井巴银楚")
# They are both; before a form of address they are surnames if nothing stands before them.
NOUNS: Final = frozenset("常展宣束敬幸盖宾成安方万任古左纪文武石商车简华麻牧弓封惠")
# What given names are mostly made of.
GIVEN: Final = frozenset(
    "一功试有若如花桃杏喜伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅萍鹏辉云玲波斌国庆建文志海林东峰宇佳欣怡雪琴清龙飞凤春生才福贵荣德民发祥立成利光永新学小晓世家金贤良"
    "测试梓轩涵博浩然子俊凯旭晨阳晴颖倩婷琳莹洁瑶琪雯慧瑞毅健康振兴宝珍珠菊莲荷香素淑美爱巧彩娥翠凡帆锋钢铁柱栋梁松柏树森木根土水火炎焕灿煜坤乾义仁礼信忠孝诚正直廉洪大中元亮星月日天宏伦"
    "鑫淼磊岩岳川江河湖泉溪源远山岭峻崇安宁祖宗绍光先传继承启振奇琦雅诗思梦雨露霜冰冬夏秋雷"
)


def rare(one: str) -> bool:
    """Say whether a character is one of those that need four bytes: names use them, words hardly ever."""
    return "\u3400" <= one <= "\u4dbf" or one >= "\U00020000"
