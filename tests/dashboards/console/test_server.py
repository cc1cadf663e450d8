"""What the page may ask, and what it is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dashboards.console import Health, Part
from dashboards.console.questions import GROUPS
from pipeline.model import MatterFinding, Turn
from tests.build import NOON, minute
from tests.dashboards.console.district import District, a_doc, an_alert

ACT = {"X-Yuqing": "1"}


def test_the_page_loads_only_what_this_server_has(district: District) -> None:
    answer = district.client().get("/")

    assert answer.status_code == 200
    assert "舆情值守" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_nothing_in_the_page_names_another_host_or_makes_markup_from_text() -> None:
    static = Path("dashboards/console/static")
    for file in sorted(static.iterdir()):
        words = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in words.replace("https?://", ""), file
        for danger in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            " style=",
            "onclick=",
        ):
            assert danger not in words, f"{file}: {danger}"


@pytest.mark.parametrize(
    "path", ["/authors", "/api/authors", "/authors/hm:u1", "/api/posts/hm:u1", "/api/users", "/api/rankings"]
)
def test_there_is_no_page_about_people(district: District, path: str) -> None:
    answer = district.client().get(path)

    assert answer.status_code == 404
    assert answer.json()["zh"]


def test_no_answer_tells_who_wrote_a_post(district: District) -> None:
    district.say(a_doc("p1", author="u-secret"))
    client = district.client()

    for path in (
        "/api/posts",
        "/api/search?q=停水",
        "/api/search?q=停水&format=csv",
        "/api/overview",
        "/api/hot",
        "/api/hot-events",
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "u-secret" not in answer.text and "author" not in answer.text


def test_posts_are_not_counted_by_who_wrote_them(district: District) -> None:
    assert not any(name.startswith(("author", "account")) for name in GROUPS)
    assert district.client().get("/api/search?q=*&agg=author.key").status_code == 400


def test_a_query_finds_marks_and_counts(district: District) -> None:
    district.say(
        a_doc("p1", "湖东😡停水两天了", at=minute(-5)),
        a_doc("p2", "停电了", at=minute(-4), topic="power"),
        a_doc("p3", "停水啦", at=minute(-3), label="neu", street=None),
    )

    answer = district.client().get("/api/search", params={"q": "停水", "agg": "place.street"}).json()

    assert answer["total"] == 2
    assert [row["text"] for row in answer["rows"]] == ["停水啦", "湖东😡停水两天了"]
    assert answer["rows"][1]["marks"]["text"] == [[3, 5, "found"]]
    assert answer["buckets"] == [{"key": "湖东街道", "n": 1, "neg": 1}]


def test_a_wrong_query_is_explained_in_two_languages(district: District) -> None:
    answer = district.client().get("/api/search", params={"q": "place.stret:湖东"})

    assert answer.status_code == 400
    assert "place.street" in answer.json()["zh"] and "did you mean" in answer.json()["en"]


@pytest.mark.parametrize("query", ["停水) OR (privacy.sealed:true", "*) OR (*", '" OR "', "(停水"])
def test_brackets_cannot_let_sealed_posts_out(district: District, query: str) -> None:
    doc = a_doc("p1", "停水 密")
    district.say(msgspec.structs.replace(doc, matter=MatterFinding(accusation=True)))

    answer = district.client().get("/api/search", params={"q": query})

    assert answer.status_code == 400 or answer.json()["total"] == 0


def test_a_post_about_a_minor_keeps_its_words_and_is_on_no_board(district: District) -> None:
    district.say(a_doc("p1", "孩子在学校被打", minor=True, topic="education", at=minute(-1)))
    client = district.client()

    (row,) = client.get("/api/posts").json()["rows"]

    assert row["withheld"] and not row["text"] and not row["url"] and not row["marks"]
    assert client.get("/api/hot").json()["rows"] == []


def test_a_csv_has_at_most_fifty_rows_and_runs_nothing(district: District) -> None:
    district.say(*(a_doc(f"p{n}", f"=cmd() 停水 {n}", at=minute(-n)) for n in range(60)))

    answer = district.client().get("/api/search", params={"q": "停水", "format": "csv"})

    lines = answer.text.strip().splitlines()
    assert len(lines) == 51
    assert all(",'=cmd()" in line for line in lines[1:])
    assert "attachment" in answer.headers["content-disposition"]


def test_an_alert_is_a_case_with_its_clock_units_and_reason(district: District) -> None:
    district.warn(an_alert(level="L2"))

    (row,) = district.client().get("/api/cases?state=open").json()["cases"]

    assert row["level"] == "L2" and row["state"] == "open" and row["title"] == "锦湖里停水集中反映"
    assert row["why"].startswith("60 分钟内") and row["count"] == 12
    assert row["units"] and row["places"] == ["jhl", "hd"]


def test_a_case_that_got_louder_waits_anew(district: District) -> None:
    district.warn(an_alert(level="L3"))
    at = district.later(40)
    district.warn(an_alert(level="L2", at=at, turn=Turn.RAISED))

    (row,) = district.client().get("/api/cases").json()["cases"]
    assert row["opened_at"] < row["waiting_since"]


def test_a_click_acknowledges_and_a_second_one_is_told_who_was_first(district: District) -> None:
    district.warn(an_alert())
    client = district.client()
    name = client.get("/api/cases").json()["cases"][0]["name"]

    first = client.post(f"/api/cases/{name}/ack", json={"by": "王敏"}, headers=ACT)
    district.settle()
    second = client.post(f"/api/cases/{name}/ack", json={"by": "李强"}, headers=ACT)

    assert first.status_code == 202 and first.json()["case"]["state"] == "acknowledged"
    assert client.get(f"/api/cases/{name}").json()["row"]["acked_by"] == "王敏"
    assert second.status_code == 409
    assert "王敏" in second.json()["zh"] and second.json()["en"] == "already acknowledged"


def test_closing_asks_for_an_outcome(district: District) -> None:
    district.warn(an_alert())
    client = district.client()
    name = client.get("/api/cases").json()["cases"][0]["name"]

    assert client.post(f"/api/cases/{name}/close", json={"by": "王敏"}, headers=ACT).status_code == 409
    done = client.post(f"/api/cases/{name}/close", json={"by": "王敏", "reason": "已恢复供水"}, headers=ACT)
    district.settle()

    assert done.status_code == 202
    assert client.get("/api/cases?state=closed").json()["cases"][0]["outcome"] == "已恢复供水"


def test_a_case_shows_its_notices_evidence_and_history(district: District) -> None:
    district.warn(an_alert())
    client = district.client()
    name = client.get("/api/cases").json()["cases"][0]["name"]

    file = client.get(f"/api/cases/{name}").json()

    assert file["notices"][0]["receiver"] == "值班群" and file["notices"][0]["state"] == "waiting"
    assert file["alerts"][0]["evidence"][0]["excerpt"] == "锦湖里又停水了"
    assert [entry["what"] for entry in file["history"]] == ["opened"]


def test_a_sealed_case_shows_that_it_is_there_and_no_more(district: District) -> None:
    district.warn(an_alert("secret", sealed=True, topic="education", why="青湖三小", summary="青湖三小打人"))
    client = district.client()
    (row,) = client.get("/api/cases").json()["cases"]

    file = client.get(f"/api/cases/{row['name']}")

    assert row["sealed"] and row["level"] == "L3"
    for answer in (client.get("/api/cases"), file):
        assert "三小" not in answer.text and "停水了" not in answer.text and "jhl" not in answer.text


@pytest.mark.parametrize("path", ["/api/cases/C-NONE", "/api/cases/' or 1=1"])
def test_a_case_that_is_not_there_is_not_found(district: District, path: str) -> None:
    assert district.client().get(path).status_code == 404


def test_an_unknown_verb_or_body_is_refused(district: District) -> None:
    district.warn(an_alert())
    client = district.client()
    name = client.get("/api/cases").json()["cases"][0]["name"]

    assert client.post(f"/api/cases/{name}/delete", json={"by": "x"}, headers=ACT).status_code == 404
    for body in ({}, {"by": " "}, {"by": "x", "rank": 1}, {"by": "x" * 33}, {"by": "x", "link": "javascript:alert(1)"}):
        assert client.post(f"/api/cases/{name}/ack", json=body, headers=ACT).status_code == 400, body
    assert client.post(f"/api/cases/{name}/ack", content=b"x" * 20_000, headers=ACT).status_code == 400
    assert client.get("/api/cases").json()["cases"][0]["state"] == "open"


def test_the_chart_counts_each_post_once_in_every_range(district: District) -> None:
    district.say(
        a_doc("p1", at=NOON - timedelta(minutes=12)),
        a_doc("p2", at=NOON - timedelta(minutes=12), label="pos"),
        a_doc("p3", at=NOON - timedelta(hours=3), label="neu"),
        a_doc("p4", at=NOON - timedelta(days=3)),
        a_doc("p5", at=NOON - timedelta(days=30)),
        msgspec.structs.replace(a_doc("p6", at=NOON - timedelta(minutes=1)), sentiment=None),
    )
    client = district.client()

    def sums(range_: str) -> tuple[int, int, int]:
        bars = client.get("/api/volume", params={"range": range_}).json()["bars"]
        return (sum(b["neg"] for b in bars), sum(b["neu"] for b in bars), sum(b["pos"] for b in bars))

    assert sums("24h") == (1, 2, 1)
    assert sums("7d") == (2, 2, 1)
    assert sums("1h")[0] == 1 and sums("1h")[2] == 1


def test_the_chart_carries_the_cases_that_began_in_its_span(district: District) -> None:
    district.warn(an_alert(level="L1"))

    flags = district.client().get("/api/volume?range=24h").json()["alerts"]

    assert [(flag["level"], flag["title"]) for flag in flags] == [("L1", "锦湖里停水集中反映")]


def test_hot_matters_are_counted_by_street_beside_the_span_before(district: District) -> None:
    district.say(
        *(a_doc(f"n{n}", at=minute(-n)) for n in range(3)),
        *(a_doc(f"u{n}", at=minute(-n), street=None, label="pos") for n in range(2)),
        a_doc("b1", at=NOON - timedelta(hours=30)),
        a_doc("o1", topic="other", at=minute(-1)),
    )

    rows = district.client().get("/api/hot?range=24h").json()["rows"]

    assert [(r["topic"], r["street"], r["n"], r["before"], r["neg"]) for r in rows] == [
        ("water", "湖东街道", 3, 1, 3),
        ("water", "", 2, 0, 0),
    ]


def test_the_query_beside_a_hot_matter_finds_its_posts(district: District) -> None:
    district.say(a_doc("p1", at=minute(-1)), a_doc("p2", at=minute(-2), street=None))
    client = district.client()

    for row in client.get("/api/hot").json()["rows"]:
        assert client.get("/api/search", params={"q": row["q"]}).json()["total"] == row["n"] == 1


def test_health_is_503_when_something_we_depend_on_is_away(district: District) -> None:
    client = district.client()
    assert client.get("/healthz").status_code == 200

    district.health = Health(parts=(Part(name="bus"), Part(name="index", ok=False, words="磁盘已满")))
    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["parts"][1] == {"name": "index", "ok": False, "words": "磁盘已满"}


def test_a_silent_source_is_shown_with_its_problem_and_does_not_fail_health(district: District) -> None:
    client = district.client()

    sources = {source["id"]: source for source in client.get("/api/sources").json()["sources"]}

    assert sources["old-bbs"]["problem"] == "连接超时，5 分钟后再试" and sources["old-bbs"]["blind_s"] == 1500
    assert client.get("/healthz").status_code == 200


def test_metrics_are_in_the_format_of_prometheus(district: District) -> None:
    answer = district.client().get("/metrics")

    assert "yuqing_posts_collected_total" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


def test_push_routes_stand_beside_the_page(district: District) -> None:
    async def push(_request: object) -> PlainTextResponse:
        return PlainTextResponse("taken", 202)

    client = district.client(push_routes=[Route("/push/{source}", push, methods=["POST"])])

    assert client.post("/push/a", content=b"{}").status_code == 202


@pytest.mark.parametrize("path", ["/api/posts?most=0", "/api/posts?most=9999", "/api/volume?range=1y", "/api/cases?state=done", "/api/search?q=*&since=yesterday", f"/api/posts?q={'停' * 2001}"])  # fmt: skip
def test_senseless_questions_are_refused_with_words(district: District, path: str) -> None:
    answer = district.client().get(path)

    assert answer.status_code == 400 and answer.json()["zh"] and answer.json()["en"]


def test_the_figures_count_the_last_hour(district: District) -> None:
    district.say(a_doc("p1", at=minute(-10)), a_doc("p2", at=minute(-20), label="pos"), a_doc("p3", at=minute(-70)))
    district.warn(an_alert())

    figures = district.client().get("/api/overview").json()

    assert figures["posts"] == {"hour": 2, "hour_neg": 1, "hour_before": 1}
    assert (figures["open"], figures["unacked"]) == (1, 1)
    assert figures["outbox"]["waiting"] == 1
    assert figures["district"] == "青湖区" and figures["names"]["unit:water"] == "区水务局"


def test_the_link_in_a_notification_leads_to_its_case(district: District) -> None:
    answer = district.client().get("/cases/C-3F7KQ", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (302, "/#case/C-3F7KQ")


def test_a_link_cannot_lead_to_another_site(district: District) -> None:
    answer = district.client().get("/cases/%0d%0ax:%2f%2fevil.example", follow_redirects=False)

    assert answer.status_code in (302, 404)
    assert answer.headers.get("location", "/").startswith("/") and "\n" not in answer.headers.get("location", "")
