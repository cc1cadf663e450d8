"""Sites that are rude, endless, or lead astray."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from crawlers import Outcome, Visit
from crawlers.crawl import Crawl
from crawlers.errand import Errand
from tests.crawlers.site import Clock, Reply, Site, item, rss, running

Visiting = Callable[..., Visit]
GOOD = rss(item("a", "停水"))


@pytest.fixture
def visit(crawl: Crawl, site: Site, clock: Clock) -> Visiting:
    def go(url: str = "", **options: Any) -> Visit:
        options = {"allow_private": True, "gap_s": 0.0, "deadline_s": 2.0} | options
        return crawl.visit(Errand(errand="feed", urls=(url or site.url("/rss"),), cursor="", now=clock(), **options))

    return go


def peak_mb(pid: int | None) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def test_a_bomb_is_refused_before_it_takes_memory(site: Site, clock: Clock) -> None:
    bomb = gzip.compress(b"<rss>" + b"0" * 300_000_000, 1)
    site.say("/rss", bomb, Content_Encoding="gzip", Content_Type="application/rss+xml")
    crawl = Crawl()
    try:
        seen = crawl.visit(Errand(errand="feed", urls=(site.url("/rss"),), cursor="", now=clock(), allow_private=True))
        assert (seen.outcome, seen.posts) == (Outcome.FAILED, []) and "大小上限" in seen.problem
        assert peak_mb(crawl.pid) < 150
        assert len(site.visits("/rss")) == 1
    finally:
        crawl.close()


def test_a_body_over_the_limit_is_refused_packed_or_not(site: Site, visit: Visiting) -> None:
    site.say("/rss", GOOD + " " * 5000)
    assert "大小上限" in visit(max_bytes=4000).problem
    assert visit(max_bytes=8000).outcome is Outcome.NEWS


def test_a_byte_now_and_then_does_not_hold_us_beyond_the_deadline(site: Site, visit: Visiting) -> None:
    stop = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response_only(200)
        request.end_headers()
        while not stop.wait(0.05):
            request.wfile.write(b"<")
            request.wfile.flush()

    site.replies["/rss"] = Reply(write=drip)
    seen = visit(deadline_s=0.5)  # while the site goes on
    stop.set()
    assert seen.outcome is Outcome.FAILED and "太慢" in seen.problem


def test_a_connection_that_breaks_is_tried_once_more(site: Site, visit: Visiting) -> None:
    site.replies["/rss"] = Reply(write=lambda request: request.connection.close())
    assert visit().outcome is Outcome.FAILED
    assert len(site.visits("/rss")) == 2


def test_a_body_that_is_nearly_whole_is_read_and_half_a_body_is_not(site: Site, visit: Visiting) -> None:
    body = rss(*(item(f"n{n}", f"帖{n}") for n in range(20)))
    site.say("/rss", body, Content_Length=str(len(body.encode()) + 20), Connection="close")
    seen = visit()
    assert len(seen.posts) == 20 and "truncated" in seen.warnings
    site.say("/rss", body, Content_Length=str(len(body.encode()) * 2), Connection="close")
    assert (visit().outcome, visit().posts) == (Outcome.FAILED, [])


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br", "", ",", "nonsense"])
def test_a_wrong_name_for_the_packing_costs_nothing(site: Site, visit: Visiting, coding: str) -> None:
    site.say("/rss", GOOD, Content_Encoding=coding)
    assert visit().posts[0].title == "停水"
    site.say("/rss", gzip.compress(GOOD.encode())[:-8], Content_Encoding="gzip")
    assert visit().posts[0].title == "停水"


@pytest.mark.parametrize("kind", ["video/mp4", "text/event-stream", "image/png"])
def test_a_stream_is_not_read_to_its_end(site: Site, visit: Visiting, kind: str) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response_only(200)
        request.send_header("Content-Type", kind)
        request.end_headers()
        for _ in range(100_000):
            try:
                request.wfile.write(b"data: x\n\n" * 1000)
            except OSError:
                return

    site.replies["/rss"] = Reply(write=endless)
    seen = visit()
    assert seen.outcome is Outcome.FAILED and kind in seen.problem


def test_a_redirect_on_the_same_host_is_followed_and_judged_by_robots(site: Site, visit: Visiting) -> None:
    site.say("/rss", "", status=301, Location="/feed.xml")
    site.say("/feed.xml", GOOD)
    assert visit().outcome is Outcome.NEWS


def test_a_redirect_into_what_robots_forbids_stops_there(site: Site, visit: Visiting) -> None:
    site.say("/robots.txt", "User-agent: *\nDisallow: /private/\n")
    site.say("/rss", "", status=302, Location="/private/feed.xml")
    seen = visit()
    assert seen.outcome is Outcome.FORBIDDEN and "Disallow: /private/" in seen.problem
    assert "/private/feed.xml" not in site.paths()


def test_a_redirect_to_another_host_or_in_a_circle_is_told_and_not_followed(site: Site, visit: Visiting) -> None:
    site.say("/rss", "", status=302, Location=f"http://localhost:{site.port}/feed.xml")
    site.say("/feed.xml", GOOD)
    assert "localhost" in visit().problem and "/feed.xml" not in site.paths()
    site.say("/rss", "", status=302, Location="/other")
    site.say("/other", "", status=302, Location="/rss")
    assert "来回跳转" in visit().problem
    site.say("/rss", "", status=302, Location="file:///etc/hostname")
    assert visit().outcome is Outcome.FAILED


def test_more_than_five_redirects_are_too_many(site: Site, visit: Visiting) -> None:
    for n in range(8):
        site.say(f"/r{n}", "", status=302, Location=f"/r{n + 1}")
    assert "来回跳转" in visit(site.url("/r0")).problem
    assert site.paths()[1:] == [f"/r{n}" for n in range(6)]


def test_our_own_network_is_not_read_unless_the_operator_says_so(site: Site, visit: Visiting) -> None:
    for host in (
        "127.0.0.1",
        "localhost",
        "2130706433",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "169.254.169.254",
    ):
        seen = visit(f"http://{host}:8080/rss", allow_private=False)
        assert seen.outcome is Outcome.FORBIDDEN and "内网" in seen.problem, host
    assert site.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname",
        "ftp://x.example/",
        "data:text/plain,x",
        "gopher://x/",
        "http://",
        "http://a:b@x.example/",
        "x",
    ],
)
def test_only_the_web_is_read(visit: Visiting, url: str) -> None:
    assert visit(url).outcome is Outcome.FORBIDDEN


def test_a_host_that_does_not_answer_may_be_away_only_for_now(visit: Visiting) -> None:
    seen = visit("http://127.0.0.1:9/rss")
    assert (seen.outcome, seen.next_in) == (Outcome.FAILED, None)


def test_robots_that_never_ends_counts_up_to_its_limit(site: Site, visit: Visiting) -> None:
    site.say("/robots.txt", b"User-agent: *\nDisallow: /rss\n" + b"# padding\n" * 1_000_000)
    site.say("/rss", GOOD)
    assert visit().outcome is Outcome.FORBIDDEN


def test_one_slow_host_delays_no_other(site: Site, crawl: Crawl, clock: Clock, visit: Visiting) -> None:
    release = threading.Event()

    def stuck(request: BaseHTTPRequestHandler) -> None:
        release.wait(10)

    site.replies["/stuck"] = Reply(write=stuck)
    thread = threading.Thread(target=visit, args=(site.url("/stuck"),), kwargs={"deadline_s": 8.0})
    thread.start()
    other = f"http://localhost:{site.port}/rss"
    site.say("/rss", GOOD)
    assert visit(other).outcome is Outcome.NEWS and thread.is_alive()
    release.set()
    thread.join()


def test_a_certificate_that_nobody_vouches_for_is_not_believed(crawl: Crawl, clock: Clock, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2090, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "site.pem"
    pem.write_bytes(
        certificate.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with running(clock, context) as site:
        site.say("/rss", GOOD)
        url = f"https://localhost:{site.port}/rss"
        seen = crawl.visit(
            Errand(errand="feed", urls=(url,), cursor="", now=clock(), allow_private=True, deadline_s=3.0)
        )
    assert (seen.outcome, site.asked) == (Outcome.FAILED, [])
