"""Invented posts and rules to measure with, the same for the same seed; nothing here was ever said by anyone."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from pipeline.model import Author, Kind, Level, Post, Published, Source, SourceClass, post_id, revision
from pipeline.rulebook import Condition, Rule, RuleType, Status, TextCondition

START = datetime(2026, 3, 10, 4, tzinfo=UTC)
COPIED = 0.15  # share of posts that repeat an earlier one with small changes

# No family names: a desk's own places are in its directory, and so are never taken for people.
_NAME = "山水云木竹松泉溪河海湖雨雪霜风星月日光清新平乐福顺兴旺丰远长春秋冬晨晚晴暖凉香玉珠宝英雄德仁义礼智信诚正大东西南北中上下前后右天地圆青红黑紫绿"
# What sentences are made of: everyday words that name nobody. Characters strung together at random look like names.
_WORDS = (
    "时间 问题 情况 地方 事情 办法 原因 结果 方面 关系 条件 机会 经验 生活 工作 学习 活动 项目 计划 方案 标准 规定 要求 范围 过程 阶段 "
    "水平 质量 数量 价格 成本 收入 费用 资料 信息 消息 新闻 文章 照片 视频 图片 声音 颜色 味道 形状 大小 高度 宽度 长度 温度 速度 早上 "
    "上午 中午 下午 晚上 夜里 周末 假期 去年 今年 明年 月初 月底 最近 以前 以后 当时 后来 平时 偶尔 经常 总是 已经 刚才 马上 立刻 左边 "
    "右边 前面 后面 旁边 对面 附近 中间 里面 外面 上面 下面 角落 入口 出口 门口 窗户 阳台 厨房 客厅 卧室 走廊 楼梯 屋顶 地面 墙壁 桌子 "
    "椅子 柜子 沙发 灯泡 开关 插座 钥匙 雨伞 背包 衣服 鞋子 帽子 毛巾 杯子 盘子 筷子 锅盖 瓶子 箱子 袋子 绳子 梯子 工具 零件 机器 汽车 "
    "卡车 火车 轮船 飞机 摩托 轮胎 座位 车票 行李 地图 路线 方向 距离 速递 包裹 信件 报纸 杂志 书本 铅笔 纸张 文件 表格 合同 发票 米饭 "
    "面条 馒头 饺子 包子 豆浆 牛奶 鸡蛋 蔬菜 水果 苹果 香蕉 西瓜 土豆 番茄 白菜 萝卜 茄子 辣椒 花生 核桃 茶叶 咖啡 蛋糕 饼干 糖果 天气 "
    "太阳 月亮 星星 云彩 大风 小雨 阴天 晴天 雾气 草地 树林 树叶 花朵 种子 泥土 石头 沙子 池塘 小溪 山坡 田地 果园 菜园 篱笆 鸟窝 看见 "
    "听见 发现 知道 明白 记得 忘记 认为 觉得 相信 怀疑 考虑 决定 选择 准备 开始 继续 完成 结束 停留 离开 回来 经过 到达 参加 组织 打开 "
    "关上 拿走 放下 搬运 整理 打扫 清洗 修改 检查 比较 计算 记录 登记 填写 复印 提交 通知 说明 解释 回答 讨论 商量 介绍 推荐 分享 增加 "
    "减少 提高 降低 扩大 缩小 改变 保持 恢复 调整 控制 利用 使用 需要 应该 可以 能够 愿意 打算 希望 喜欢 习惯 适应 熟悉 了解 关注 安静 "
    "热闹 干净 整齐 漂亮 普通 特别 简单 复杂 容易 方便 麻烦 舒服 合适 清楚 模糊 明显 突然 逐渐 完全 大约 几乎 尤其 甚至 其实 毕竟 因此 "
    "所以 但是 而且 或者 如果 虽然 即使 除了 关于 按照 根据 通过 为了 随着 直到 并且 否则 不过 于是 同时 另外 首先 其次 最后 总之 大家 "
    "别人 自己 我们 他们 邻里 同伴 亲友 顾客 读者 观众 行人 游客 听众 队员 新手 专家 学者 作者 画家 农户 渔民 木匠 厨师 裁缝 向导 音乐 "
    "电影 戏剧 舞蹈 绘画 书法 诗歌 故事 小说 传说 谜语 游戏 棋盘 风筝 足球 篮球 乒乓 跑步 游泳 爬山 钓鱼 散步 旅行 露营 聚餐 庆祝 数学 "
    "语文 历史 地理 物理 化学 生物 科学 技术 发明 理论 实验 数据 图表 公式 答案 题目 练习 作业 考试 成绩 课程 教室 黑板 图书 词典 电脑 "
    "手表 相机 屏幕 键盘 鼠标 程序 网页 密码 文档 软件 硬盘 耳机 音箱 电池 充电 信号 网络 频道 节目 广播 字幕 标题 封面 目录 附录 商店 "
    "柜台 货架 商品 品牌 包装 样品 尺码 折扣 优惠 会员 积分 订单 物流 仓库 库存 账单 余额 利息 存款 汇率 税率 预算 支出 利润 股份 客观 "
    "主观 具体 抽象 直接 间接 一般 典型 主要 次要 正式 临时 长期 短期 内部 外部 国内 国外 全部 部分 唯一 多数 少数 相同 不同 类似"
).split()
_KINDS = "小区 花园 路 街 社区 市场 大厦 公园 学校 医院 车站 工地 菜场 桥 广场 家园 新村 苑 巷 商场".split()
_THINGS = (
    "电梯 水管 路灯 燃气 暖气 井盖 停车位 垃圾桶 下水道 公交车 红绿灯 护栏 消防通道 充电桩 健身器材 外墙 楼道灯 热水 快递柜 "
    "绿化带 噪音 油烟 工资 押金 学费 食堂 疫苗 挂号 公积金 房产证 违建 物业费 广场舞 宠物 共享单车 积水 裂缝 异味 围挡 渣土车"
).split()
_FATES = (
    "坏了三天没人修 又停了 漏得满地都是 臭得开不了窗 半夜还在响 一直没人管 换了新的 修好了，谢谢师傅 贵得离谱 拖欠了两个月 "
    "被占用很久 排队排到门外 怎么办理 什么时候能解决 总算通了 打电话没人接 说好的日期又推迟 比以前方便多了 差点伤到孩子 "
    "投诉了五次没有下文 需要带哪些材料 早上八点开始拆 掉下来砸坏了车 连夜抢修好了 没有任何通知"
).split(" ")
_CLOSINGS = (
    "希望有关部门尽快处理 请问归哪里管 大家遇到过吗 已经打了热线还在等回复 给工作人员点个赞 真的受不了了 求扩散 有图有真相 "
    "老人和孩子怎么办 等一个说法 感谢网格员跑前跑后 不知道该找谁 联系电话13800138000 我住8号楼302 幸亏王测试师傅赶来 今天上午去看过了 😡😡 哈哈"
).split()
_FILLERS = (
    "早上出门的时候看到 听楼下邻居说 昨天晚上回家路过 我们单元的群里都在说 从去年冬天到现在 本来不想发的 说实话 刚刚又去了一趟 "
    "客观地讲 带着孩子不方便 上班路上堵了半个小时 天气预报说还要下雨 跟物业沟通了几次 也理解工作人员辛苦 不过"
).split()


def names(count: int, seed: int = 1) -> list[str]:
    """Return *count* different invented names of two to four characters and a kind."""
    rng = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(rng.choices(_NAME, k=rng.randint(2, 3))) + rng.choice(_KINDS)] = None
    return list(made)


def texts(count: int, seed: int, known: list[str]) -> list[str]:
    """Return *count* texts of some 20 to 600 characters, half of them below 80, about places of *known*."""
    rng = random.Random(seed)
    made: list[str] = []
    for _ in range(count):
        copied = made and rng.random() < COPIED
        made.append(_changed(rng, rng.choice(made)) if copied else _text(rng, known))
    return made


def posts(count: int, seed: int, known: list[str], start: datetime = START) -> list[Post]:
    """Return *count* posts from *start* on, a minute apart from each other in tenths."""
    return [_post(f"{seed}-{number}", text, number, start) for number, text in enumerate(texts(count, seed, known))]


def rules(count: int, known: list[str]) -> list[Rule]:
    """Return *count* rules of two or three words; most ask for a place and a thing, some exclude a word."""
    rng = random.Random(3)
    return [_rule(number, rng, known) for number in range(count)]


def _text(rng: random.Random, known: list[str]) -> str:
    sentences = [_sentence(rng, known) for _ in range(rng.choices((1, 2, 3, 6, 12, 20), (22, 28, 20, 15, 9, 6))[0])]
    return "".join(sentences) + (rng.choice(_CLOSINGS) if rng.random() < 0.4 else "")


def _sentence(rng: random.Random, known: list[str]) -> str:
    """Return one sentence; most of its words are drawn from many, so that two texts share little by chance."""
    words = rng.choices(_WORDS, k=rng.randint(3, 9))
    words.insert(rng.randrange(len(words)), rng.choice(known) + rng.choice(_THINGS))
    words.insert(rng.randrange(len(words)), rng.choice(_FATES if rng.random() < 0.5 else _FILLERS))
    words.insert(rng.randrange(len(words)), rng.choice("的了是在有也就都很不没"))
    words.insert(len(words) // 2, rng.choice("，， "))
    return "".join(words) + rng.choice("。！，？")


def _changed(rng: random.Random, text: str) -> str:
    cut = text[: max(12, round(len(text) * rng.choice((1.0, 1.0, 0.8))))]
    return (
        rng.choice(("【转】", "", "//@邻居:"))
        + cut.replace("，", rng.choice("，， "))
        + rng.choice((" 大家看看", "！", ""))
    )


def _post(name: str, text: str, number: int, start: datetime) -> Post:
    at = start + timedelta(seconds=number * 6)
    return Post(
        id=post_id("bench", name),
        native_id=name,
        rev=revision("", text),
        kind=Kind.MESSAGE if number % 5 == 0 else Kind.POST,
        platform="bench",
        source=Source(id="bench", class_=SourceClass.FORUM),
        text=text,
        author=Author(key=f"hm:{number % 997:04x}"),
        published=Published(at=at),
        fetched_at=at + timedelta(seconds=5),
    )


def _rule(number: int, rng: random.Random, known: list[str]) -> Rule:
    place, things = known[number % len(known)], rng.sample(_THINGS, 2)
    words = TextCondition(
        must=((place,), tuple(things)) if number % 10 else ((place,),),
        none=(rng.choice(_CLOSINGS[:6]),) if number % 4 == 0 else (),
    )
    return Rule(
        id=f"bench-{number}",
        rev="1",
        name=f"规则 {number}",
        owner="bench",
        status=Status.STABLE,
        level=Level.L3,
        type=RuleType.ANY,
        condition=Condition(words),
        place=f"bench:{number}",
    )
