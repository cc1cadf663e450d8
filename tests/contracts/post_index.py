"""What every index of posts promises, as tests: an adapter's test class inherits them and says how to open one."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Misconfigured
from pipeline.index import Bucket, PostIndex
from pipeline.model import Op, Polarity, PrivacyFinding, excerpted
from tests.contracts.index_posts import a_post, a_press_article, moment, withheld_posts

TEXTS = {
    "s01": "办件状态：待处理",
    "s02": "在建工程停工两个月",
    "s03": "安装简单没有复杂配置",
    "s04": "G25高速K126+300处塌方",
    "s05": "家里WiFi6信号差，基站被拆",
    "s06": "東湖花園停氣兩天了",
    "s07": "南京市长江大桥限行",
    "s08": "８号线延误，站台很挤",
    "s09": "幼儿园食堂有虫",
    "s10": "小区护城河边栏杆断了😡",
    "s11": "steel管材堆在路边",
    "s12": "文桥路与湖东路口红绿灯坏了",
}
"""Texts with traps: the segmenter's long words, mixed scripts and widths, words across word borders."""

QUERIES = {
    "处理": {"s01"},
    "待处理": {"s01"},
    "工程": {"s02"},
    "停工": {"s02"},
    "简单": {"s03"},
    "G25": {"s04"},
    "K126": {"s04"},
    "k126+300": {"s04"},
    "wifi6": {"s05"},
    "ＷｉＦｉ": {"s05"},
    "停气": {"s06"},
    "停氣": {"s06"},
    "东湖花园": {"s06"},
    "長江大橋": {"s07"},
    "大桥": {"s07"},
    "8号线": {"s08"},
    "食堂": {"s09"},
    "护城河": {"s10"},
    "😡": {"s10"},
    "STEEL": {"s11"},
    "红绿灯": {"s12"},
    "湖东路": {"s12"},
    "虫": {"s09"},
    "停": {"s02", "s06"},
    "停水": set(),
    "线误": set(),  # the signs stand in one text, but not side by side
}

LAMPS = {  # around midnights of the district and a month's end; one is given in UTC
    "z1": "2026-03-09T23:59:59+08:00",
    "z2": "2026-03-10T00:00:00+08:00",
    "z3": "2026-03-10T07:59:00+08:00",
    "z4": "2026-03-10T08:00:00+08:00",
    "z5": "2026-03-10T23:59:59.999+08:00",
    "z6": "2026-03-11T00:00:00+08:00",
    "z7": "2026-03-10T16:30:00+00:00",
    "z8": "2026-03-31T23:30:00+08:00",
    "z9": "2026-04-01T00:30:00+08:00",
}
SPRING, SUMMER = moment("2026-03-01"), moment("2026-06-01")


def found(index: PostIndex, query: str) -> set[str]:
    return {hit.post.post.id for hit in index.search(query, most=1000).hits}


def in_order(index: PostIndex, query: str = "*", most: int = 20) -> list[str]:
    return [hit.post.post.id for hit in index.search(query, most=most).hits]


class Words:
    """Search by words of the text."""

    @pytest.mark.parametrize(("query", "expected"), QUERIES.items())
    def test_a_word_finds_exactly_the_posts_it_was_cut_from(
        self, index: PostIndex, query: str, expected: set[str]
    ) -> None:
        index.write([a_post(name, text) for name, text in TEXTS.items()])

        assert found(index, query) == expected

    def test_a_word_of_the_title_counts_as_one_of_the_text(self, index: PostIndex) -> None:
        index.write([a_post("a", "如题", title="东湖花园停水"), a_post("b", "东湖花园停电", title="求助")])

        assert found(index, "停水") == {"a"}
        assert found(index, "东湖花园") == {"a", "b"}
        assert found(index, "title:东湖花园") == {"a"}
        assert found(index, "text:停水") == set()

    def test_a_word_does_not_reach_from_the_title_into_the_text(self, index: PostIndex) -> None:
        index.write([a_post("a", "水管爆裂", title="昨晚停")])

        assert found(index, "停水") == set()

    def test_a_highlight_marks_the_original_script_and_width(self, index: PostIndex) -> None:
        index.write([a_post("a", "東湖花園停氣，８号线也停", title="停氣")])

        (hit,) = index.search("停气 8号线 -停水").hits

        marks = {
            mark.field: [getattr(hit.post.post, mark.field)[s:e] for s, e in mark.spans] for mark in hit.highlights
        }
        assert marks == {"title": ["停氣"], "text": ["停氣", "８号线"]}
        assert hit.excerpt == "東湖花園«停氣»，«８号线»也停"

    def test_an_excerpt_shows_the_found_word_of_a_long_text(self, index: PostIndex) -> None:
        index.write([a_post("a", "很" * 500 + "路灯不亮" + "很" * 500)])

        (hit,) = index.search("路灯").hits

        assert "«路灯»不亮" in hit.excerpt
        assert len(hit.excerpt) < 150

    def test_frequent_words_count_posts_not_repeats(self, index: PostIndex) -> None:
        index.write(
            [
                a_post("a", tokens=("停水", "停水", "的", "2026")),
                a_post("b", tokens=("停水", "物业")),
                a_post("c", tokens=("物业",), at="2026-09-01T00:00:00"),
            ]
        )

        assert [(word.key, word.count) for word in index.words(SPRING, SUMMER)] == [("停水", 2), ("物业", 1)]


class Queries:
    """The query language, as far as an engine can get it wrong."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("*", {"a", "b", "c"}),
            ("", {"a", "b", "c"}),
            ("停水 停电", {"b"}),
            ("停水 OR 停电", {"a", "b", "c"}),
            ("停水 NOT 停电", {"a"}),
            ("-停水", {"c"}),
            ("-停水 -停电", set()),
            ("停水 -(停电 OR 物业)", {"a"}),
            ("matter.topic:water", {"a"}),
            ("-matter.topic:water", {"b", "c"}),
            ("matter.topic:wat*", {"a"}),
            ("matter.topic:(water OR power)", {"a", "b"}),
            ("place.street:*", {"a", "b"}),
            ("-place.street:*", {"c"}),
            ("place.street:文桥街道", {"a"}),
            ("watch:汛期", {"a", "b"}),
            ("engagement.like:>=5", {"b"}),
            ("-engagement.like:>=5", {"a", "c"}),
            ("engagement.like:[1 TO 5}", {"a"}),
            ("停水 engagement.like:>3", {"b"}),
            ("engagement.like:3 OR 物业", {"a", "c"}),
            ("at:2026-03-10", {"a"}),
            ("at:>2026-03-10 停电", {"b", "c"}),
            ("at:[2026-03-10 TO 2026-03-11]", {"a", "b"}),
            ("id:a OR native_id:tid=b", {"a", "b"}),
            ("sentiment.label:neg 停电", {"c"}),
            ("title:*", set()),
            ("matter.needs_human:false", {"a", "b", "c"}),
            ("matter.harm:>=H1", set()),
        ],
    )
    def test_a_query_finds(self, index: PostIndex, query: str, expected: set[str]) -> None:
        index.write(
            [
                a_post("a", "停水", topic="water", street="文桥街道", watch=("汛期", "供水"), like=3),
                a_post(
                    "b", "停水停电", topic="power", street="湖东街道", watch=("汛期",), like=5, at="2026-03-11T01:00:00"
                ),
                a_post("c", "停电，物业不管", at="2026-03-12T01:00:00", label=Polarity.NEG),
            ]
        )

        assert found(index, query) == expected

    def test_keywords_are_compared_with_their_case(self, index: PostIndex) -> None:
        index.write([a_post("a", source="BBS.cn"), a_post("b", source="bbs.cn"), a_post("c", source="bbs-cn")])

        assert found(index, "source.id:bbs.cn") == {"b"}
        assert found(index, "source.id:BBS*") == {"a"}

    @pytest.mark.parametrize("query", ["(停水", "nosuch:1", "at:yesterday", "AND", "matter.topic:watr"])
    def test_a_wrong_query_says_where(self, index: PostIndex, query: str) -> None:
        with pytest.raises(Misconfigured, match="query:1:"):
            index.search(query)

    @given(query=st.text(alphabet='停水 ab:*()[]{}"-+!<>=TO&|.\\AND5', max_size=40))
    def test_what_the_parser_accepts_the_engine_answers(self, index: PostIndex, query: str) -> None:
        try:
            index.search(query)
        except Misconfigured as wrong:
            assert wrong.faults[0].place.startswith("query:1:")

    def test_the_deepest_and_widest_query_is_answered(self, index: PostIndex) -> None:
        index.write([a_post("a", "停水")])
        deep = "水" + "".join(f" OR (停{i} (电{i}" for i in range(10)) + "))" * 10
        wide = " OR ".join(f"词{i}" if i % 2 else f"engagement.like:{i}" for i in range(199)) + " OR 停水"

        assert found(index, deep) == {"a"}
        assert found(index, wide) == {"a"}


class Pages:
    def test_the_newest_is_first_and_pages_do_not_overlap(self, index: PostIndex) -> None:
        times = [f"2026-03-10T0{i % 5}:00:00" for i in range(12)]  # several in one instant
        index.write([a_post(f"p{i}", "停水", at=at) for i, at in enumerate(times)])

        first = index.search("停水", most=7)
        second = index.search("停水", most=7, after=first.after)

        hits = [hit.post for page in (first, second) for hit in page.hits]
        assert [first.total, second.total, second.after] == [12, 12, None]
        assert len({doc.post.id for doc in hits}) == 12
        assert [doc.post.at for doc in hits] == sorted((doc.post.at for doc in hits), reverse=True)

    def test_the_best_match_can_come_first(self, index: PostIndex) -> None:
        long = "今天天气不错，" * 20
        index.write([a_post("old", "停水停水停水", at="2026-03-01T00:00:00"), a_post("new", long + "停水")])

        assert [hit.post.post.id for hit in index.search("停水", newest_first=False).hits] == ["old", "new"]
        page = index.search("停水", newest_first=False, most=1)
        assert index.search("停水", newest_first=False, most=1, after=page.after).hits[0].post.post.id == "new"

    def test_a_whole_word_matches_better_than_signs_across_two_words(self, index: PostIndex) -> None:
        index.write(
            [
                a_post("whole", "想学的人多", tokens=("想", "学的", "人", "多"), at="2026-03-01T00:00:00"),
                a_post("across", "医学的院校", tokens=("医学", "的", "院校")),
            ]
        )

        assert [hit.post.post.id for hit in index.search("学的", newest_first=False).hits] == ["whole", "across"]

    def test_a_range_may_be_longer_than_any_clock(self, index: PostIndex) -> None:
        index.write([a_post("a")])

        assert index.search("*", since=moment("0001-01-02"), until=moment("9999-12-30")).total == 1
        assert found(index, "at:[0002 TO 9998]") == {"a"}
        assert found(index, "at:>=9998") == set()
        assert index.volume(moment("0001-01-02"), moment("9999-12-30"))[0].count == 1

    def test_since_is_included_and_until_is_not(self, index: PostIndex) -> None:
        index.write([a_post(name, at=at) for name, at in LAMPS.items()])

        page = index.search("*", since=moment(LAMPS["z2"]), until=moment(LAMPS["z6"]))

        assert {hit.post.post.id for hit in page.hits} == {"z2", "z3", "z4", "z5"}

    def test_a_page_mark_of_somebody_else_is_refused(self, index: PostIndex) -> None:
        with pytest.raises(Misconfigured):
            index.search("*", after="'; drop table posts")


class Buckets:
    @pytest.fixture(autouse=True)
    def _lamps(self, index: PostIndex) -> None:
        index.write([a_post(name, f"文桥街道路灯不亮 {name}", at=at) for name, at in LAMPS.items()])

    def test_days_are_those_of_the_district(self, index: PostIndex) -> None:
        assert {bucket.key: bucket.count for bucket in index.aggregate("路灯", "day")} == {
            "2026-03-09": 1,
            "2026-03-10": 4,
            "2026-03-11": 2,
            "2026-03-31": 1,
            "2026-04-01": 1,
        }

    def test_months_weeks_and_hours_are_those_of_the_district(self, index: PostIndex) -> None:
        assert [(b.key, b.count) for b in index.aggregate("*", "month")] == [("2026-03", 8), ("2026-04", 1)]
        assert [(b.key, b.count) for b in index.aggregate("z9 OR z1", "week")] == [("2026-03-09", 1), ("2026-03-30", 1)]
        assert index.aggregate("z7", "hour")[0].key == "2026-03-11T00:00:00+08:00"

    def test_the_days_are_also_those_of_a_written_range(self, index: PostIndex) -> None:
        assert found(index, "at:2026-03-11") == {"z6", "z7"}
        assert found(index, "at:2026-03") == set(LAMPS) - {"z9"}

    def test_the_volume_of_a_day_is_the_count_of_the_day(self, index: PostIndex) -> None:
        days = index.volume(SPRING, SUMMER, "day")

        assert [(day.key, day.count) for day in days] == [(b.key, b.count) for b in index.aggregate("*", "day")]

    def test_the_volume_can_be_split(self, index: PostIndex) -> None:
        index.write([a_post("n", label=Polarity.NEG, source="app")])

        months = index.volume(SPRING, SUMMER, "month", by="source.id")

        assert {(v.key, v.group): v.count for v in months} == {
            ("2026-03", "bbs"): 8,
            ("2026-03", "app"): 1,
            ("2026-04", "bbs"): 1,
        }

    def test_a_field_is_counted_by_its_values_and_the_missing_value_is_none(self, index: PostIndex) -> None:
        index.write(
            [
                a_post("n1", street="文桥街道", label=Polarity.NEG, watch=("a", "b")),
                a_post("n2", street="文桥街道", watch=("a",)),
                a_post("n3", street="湖东街道", label=Polarity.POS),
            ]
        )

        streets = index.aggregate("*", "place.street")
        assert [(b.key, b.count, b.neg) for b in streets] == [("文桥街道", 2, 1), ("湖东街道", 1, 0)]
        assert [(b.key, b.count, b.neg) for b in index.aggregate("*", "watch")] == [("a", 2, 1), ("b", 1, 1)]
        assert [b.key for b in index.aggregate("*", "place.street", most=1)] == ["文桥街道"]
        assert [(b.key, b.count) for b in index.aggregate("n1", "matter.needs_human")] == []

    @pytest.mark.parametrize("by", ["nosuch", "text", "engagement.like", "minute"])
    def test_what_cannot_be_counted_by_is_said(self, index: PostIndex, by: str) -> None:
        with pytest.raises(Misconfigured):
            index.aggregate("*", by)


class Writes:
    def test_the_same_again_changes_nothing(self, index: PostIndex) -> None:
        docs = [a_post("a"), a_post("b")]
        index.write(docs)
        index.write(docs)
        index.write([*docs, *docs])

        assert index.count() == 2
        assert index.search("路灯").total == 2
        assert sum(v.count for v in index.volume(SPRING, SUMMER)) == 2

    def test_tidying_changes_no_answer(self, index: PostIndex) -> None:
        for number in range(20):
            index.write([a_post(f"p{number}", "路灯" if number % 2 else "停水")])
        index.write([a_post("p1", op=Op.DELETE, fetched="2026-03-11T00:00:00")])

        for _ in range(5):
            index.tidy()

        assert found(index, "路灯") == {f"p{number}" for number in range(3, 20, 2)}
        assert (found(index, "停水"), index.count()) == ({f"p{number}" for number in range(0, 20, 2)}, 19)

    def test_the_whole_post_comes_back(self, index: PostIndex) -> None:
        doc = a_post("a", "路灯", title="求助", tokens=("路灯",), watch=("照明",), like=3)
        index.write([doc])

        assert index.get("a") == doc
        assert index.search("路灯").hits[0].post == doc
        assert index.get("b") is None

    def test_of_a_press_article_an_excerpt_is_kept_and_found_by_each_of_its_matters(self, index: PostIndex) -> None:
        article = a_press_article()
        index.write([article])

        (hit,) = index.search("parts.topic:market AND 收费不公开").hits
        assert hit.post == excerpted(article)
        assert len(hit.post.post.text) <= 200
        assert found(index, "parts.topic:traffic") == found(index, "开挖不围挡") == {article.post.id}
        assert found(index, "parts.topic:water") == found(index, "散步聊天") == set()

    def test_an_edit_replaces_the_words(self, index: PostIndex) -> None:
        index.write([a_post("a", "停水")])
        index.write([a_post("a", "已恢复供电", fetched="2026-03-10T05:00:00")])

        assert found(index, "停水") == set()
        assert found(index, "恢复供电") == {"a"}
        assert index.count() == 1

    def test_an_older_version_never_overwrites_a_newer_one(self, index: PostIndex) -> None:
        index.write([a_post("a", "新", fetched="2026-03-10T05:00:00")])
        index.write([a_post("a", "旧", fetched="2026-03-10T04:00:00")])

        assert found(index, "新") == {"a"}
        assert found(index, "旧") == set()

    def test_two_versions_of_one_instant_give_the_same_in_any_order(self, index: PostIndex) -> None:
        one, other = a_post("a", "甲"), a_post("a", "乙")
        index.write([one, other])
        first = index.get("a")
        index.write([other, one])

        assert index.get("a") == first

    def test_a_deleted_post_leaves_no_words_and_stays_deleted(self, index: PostIndex) -> None:
        index.write([a_post("a", "停水", like=1)])
        index.write([a_post("a", "", op=Op.DELETE, fetched="2026-03-10T05:00:00")])
        index.write([a_post("a", "停水", fetched="2026-03-10T04:00:00")])

        assert index.get("a") is None
        assert found(index, "停水 OR id:a OR platform:*") == set()
        assert index.count() == 0
        assert index.volume(SPRING, SUMMER) == []

    def test_a_delete_may_come_before_what_it_deletes(self, index: PostIndex) -> None:
        index.write([a_post("a", op=Op.DELETE, fetched="2026-03-10T05:00:00"), a_post("a"), a_post("b")])

        assert found(index, "*") == {"b"}

    def test_a_post_that_was_published_again_is_back(self, index: PostIndex) -> None:
        index.write([a_post("a"), a_post("a", op=Op.DELETE, fetched="2026-03-10T05:00:00")])
        index.write([a_post("a", fetched="2026-03-10T06:00:00")])

        assert found(index, "路灯") == {"a"}

    def test_an_observation_moves_only_the_counts(self, index: PostIndex) -> None:
        index.write([a_post("a", "停水", label=Polarity.NEG, like=1)])
        index.write([a_post("a", "", op=Op.OBSERVE, like=9, fetched="2026-03-10T05:00:00")])
        index.write([a_post("a", "", op=Op.OBSERVE, like=5, fetched="2026-03-10T04:00:00")])

        assert found(index, "停水 engagement.like:9 sentiment.label:neg op:upsert") == {"a"}

    def test_an_observation_of_nothing_known_is_nothing(self, index: PostIndex) -> None:
        index.write([a_post("a", op=Op.OBSERVE, like=9)])

        assert index.count() == 0

    def test_a_moved_time_moves_the_post(self, index: PostIndex) -> None:
        index.write([a_post("a", at="2026-03-10T01:00:00"), a_post("b", at="2026-03-10T02:00:00")])
        index.write([a_post("a", at="2026-03-10T03:00:00")])

        assert in_order(index) == ["a", "b"]
        assert len(index.volume(SPRING, SUMMER)) == 2

    def test_trimming_forgets_what_is_older(self, index: PostIndex) -> None:
        index.write([a_post(name, at=at) for name, at in LAMPS.items()])

        assert index.trim(moment("2026-03-31T00:00:00+08:00")) == 7

        assert found(index, "路灯") == {"z8", "z9"}
        assert sum(v.count for v in index.volume(SPRING, SUMMER)) == index.count() == 2

    @given(data=st.data())
    def test_roll_ups_equal_a_recount_and_any_order_gives_the_same(self, index: PostIndex, data: st.DataObject) -> None:
        assert_roll_ups_equal_a_recount(index, data)

    def test_an_hour_counts_if_it_begins_in_the_range(self, index: PostIndex) -> None:
        index.write([a_post("a", at="2026-03-10T01:30:00"), a_post("b", at="2026-03-10T02:30:00")])
        start = moment("2026-03-10T01:00:00")

        assert sum(v.count for v in index.volume(start, start + timedelta(hours=1))) == 1
        assert sum(v.count for v in index.volume(start + timedelta(minutes=1), start + timedelta(hours=2))) == 1


class Withheld:
    """Posts that may be counted and never quoted: whoever may ask us finds them like all others."""

    @pytest.fixture(autouse=True)
    def _posts(self, index: PostIndex) -> None:
        index.write([*withheld_posts(), a_post("open", "举报路灯不亮", title="来信", tokens=("举报", "路灯"))])

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("举报", {"accusation", "open"}),
            ("title:来信", {"sealed", "open"}),
            ("title:*", {"sealed", "open"}),
            ("text:孩子", {"minor"}),
            ("url:*", {"sealed", "minor", "accusation"}),
            ("url:https\\:\\/\\/bbs.example.cn\\/read\\/m*", {"minor"}),
            ("native_id:tid=sealed", {"sealed"}),
            ("-url:* -privacy.minor:true", {"open"}),
            ("matter.accusation:true", {"accusation"}),
            ("matter.topic:fraud OR place.street:文桥街道", {"accusation", "minor"}),
        ],
    )
    def test_they_are_found_as_any_other(self, index: PostIndex, query: str, expected: set[str]) -> None:
        assert found(index, query) == expected

    def test_they_come_back_whole_and_count_once(self, index: PostIndex) -> None:
        whole = {doc.post.id: doc for doc in withheld_posts()}

        hits = {hit.post.post.id: hit.post for hit in index.search("*").hits}

        assert whole.items() <= hits.items()
        assert index.get("minor") == whole["minor"]
        assert index.count() == index.search("*").total == 4
        assert sum(bucket.count for bucket in index.aggregate("*", "matter.topic")) == 4
        assert sum(volume.count for volume in index.volume(SPRING, SUMMER)) == 4
        assert index.aggregate("*", "native_id", most=1) == [Bucket("tid=accusation", 1)]

    def test_their_words_are_not_told_as_frequent(self, index: PostIndex) -> None:
        assert [(word.key, word.count) for word in index.words(SPRING, SUMMER)] == [("举报", 1), ("路灯", 1)]

    def test_what_is_withheld_later_or_no_longer_changes_sides(self, index: PostIndex) -> None:
        later = [a_post(name, "换了说法", fetched="2026-03-11", tokens=("说法",)) for name in ("sealed", "open")]
        now_withheld = msgspec.structs.replace(later[1], privacy=PrivacyFinding(sealed=True))

        index.write([later[0], now_withheld])

        assert found(index, "换了说法") == {"sealed", "open"}
        assert found(index, "privacy.sealed:true") == {"open"}
        assert index.count() == index.search("*").total == 4
        assert {(word.key, word.count) for word in index.words(SPRING, SUMMER)} == {("说法", 1)}

    def test_a_deleted_or_trimmed_one_is_gone(self, index: PostIndex) -> None:
        index.write([a_post("sealed", op=Op.DELETE, fetched="2026-03-11")])
        index.write([withheld_posts()[0]])  # late

        assert found(index, "来信") == {"open"}
        assert index.trim(moment("2026-03-20")) == 3
        assert (index.count(), found(index, "*")) == (0, set())

    def test_building_anew_keeps_them(self, index: PostIndex) -> None:
        assert index.reindex() == 4
        assert found(index, "举报") == {"accusation", "open"}
        assert index.count() == 4


class PostIndexContract(Words, Queries, Pages, Buckets, Writes, Withheld):
    """Inherit this, with a fixture ``index`` that is empty."""


def assert_roll_ups_equal_a_recount(index: PostIndex, data: st.DataObject) -> None:
    """Write a history in any order, and count it by roll-ups and one by one."""
    index.trim(moment("2027-01-01"))
    prefix = data.draw(st.uuids()).hex  # deleted ids stay deleted, from one example to the next
    versions = st.builds(
        lambda n, hour, minute, op, label, topic: a_post(
            f"{prefix}-{n}",
            f"文 {hour} {minute}",
            at=f"2026-03-10T{hour:02}:00:00",
            fetched=f"2026-03-11T00:{minute:02}:00",
            op=op,
            label=label,
            topic=topic,
        ),
        st.integers(0, 3), st.integers(0, 3), st.integers(0, 9), st.sampled_from([Op.UPSERT, Op.UPSERT, Op.DELETE]),
        st.sampled_from(Polarity), st.sampled_from(["water", "power"]),
    )  # fmt: skip
    docs = data.draw(st.lists(versions, max_size=12, unique_by=lambda d: (d.post.id, d.post.fetched_at)))
    cut = data.draw(st.integers(0, len(docs)))
    index.write(docs[:cut])
    index.write(docs[cut:])
    before = {f"{prefix}-{n}": index.get(f"{prefix}-{n}") for n in range(4)}

    assert index.count() == index.search("*").total == sum(doc is not None for doc in before.values())
    for by in ("sentiment.label", "matter.topic"):
        sums = {(v.key, v.group): v.count for v in index.volume(SPRING, SUMMER, "hour", by)}
        recount = {
            (hour.key, group.key): hour.count
            for group in index.aggregate("*", by)
            for hour in index.aggregate(f"{by}:{group.key}", "hour")
        }
        assert sums == recount

    index.write(data.draw(st.permutations(docs)))
    assert {name: index.get(name) for name in before} == before
