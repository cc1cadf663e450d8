"""From the outbox to an answer: every row ends, nobody waits for somebody else's receiver."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry
from pydantic import PrivateAttr

from pipeline.errors import Unavailable
from pipeline.ledger import Ledger, tables
from pipeline.metrics import Metrics
from pipeline.model import Level, Notification, NotifyReason
from pipeline.notify.notifier import Accepted, Ambiguous, Answer, Limited, Notifier, Permanent, Transient
from pipeline.notify.records import Records, read_notification
from pipeline.notify.sender import LEASE, Sender, senders
from tests.contracts.notifier import a_notification
from tests.pipeline.notify.world import at

GONE = Permanent("HTTP 404", "换网址")


class Crash(BaseException):
    """kill -9, as near as one process can come to it."""


class Fake(Notifier):
    """剧本里写好答复的接收方。"""

    name: ClassVar[str] = "fake"
    _script: list[Answer | BaseException] = PrivateAttr(default_factory=list)
    _got: list[Notification] = PrivateAttr(default_factory=list)

    def then(self, *script: Answer | BaseException) -> Fake:
        self._script += script
        return self

    @property
    def got(self) -> list[Notification]:
        return self._got

    def send(self, notification: Notification) -> Answer:
        self._got.append(notification)
        answer = self._script.pop(0) if self._script else Accepted("ok")
        if isinstance(answer, BaseException):
            raise answer
        return answer


class Post:
    """An outbox, a clock to turn, and fake receivers."""

    def __init__(self, ledger_url: str) -> None:
        self.ledger = Ledger.open(ledger_url)
        self.now = at("11:00")
        self._registry = CollectorRegistry()
        self.metrics = Metrics(self._registry)

    def put(self, id_: str = "n1", receiver: str = "水务群", **more: Any) -> None:
        with self.ledger.transaction() as connection:
            when = more.pop("at", self.now)
            Records(connection).post([a_notification(id=id_, receiver=receiver, at=when, active_at=when, **more)])

    def sender(self, fake: Notifier, receiver: str = "水务群", others: tuple[str, ...] = ("控制台",)) -> Sender:
        clock, rng = self.clock, random.Random(7)
        return Sender(self.ledger, receiver, fake, others, clock, rng, metrics=self.metrics)

    def clock(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def row(self, id_: str = "n1") -> Any:
        with self.ledger.transaction() as connection:
            return connection.execute(sa.select(tables.outbox).where(tables.outbox.c.id == id_)).one()

    def operations(self) -> list[Notification]:
        with self.ledger.transaction() as connection:
            where = tables.outbox.c.reason == NotifyReason.OPERATIONS.value
            bodies = connection.execute(sa.select(tables.outbox.c.body).where(where)).scalars()
            return [read_notification(body) for body in bodies]

    def accept_count(self) -> float | None:
        return self._registry.get_sample_value("yuqing_accept_delay_seconds_count")


@pytest.fixture
def post(ledger_url: str) -> Iterator[Post]:
    post = Post(ledger_url)
    yield post
    post.ledger.close()


def test_an_accepted_message_ends_and_is_not_sent_again(post: Post) -> None:
    post.put()
    fake = Fake()
    sender = post.sender(fake)
    assert [sender.step(), sender.step()] == [1, 0]
    post.later(3600)
    assert sender.step() == 0
    assert (post.row().state, post.row().last_answer) == ("accepted", "ok")
    assert post.accept_count() == 1


def test_the_loudest_goes_first_then_the_oldest(post: Post) -> None:
    post.put("old blue", level=Level.L4, at=at("09:00"))
    post.put("young red", level=Level.L1, at=at("10:30"))
    post.put("old red", level=Level.L1, at=at("10:00"))
    post.put("somebody else's", receiver="控制台", level=Level.L1, at=at("08:00"))
    fake = Fake()
    sender = post.sender(fake)
    while sender.step():
        pass
    assert [one.id for one in fake.got] == ["old red", "young red", "old blue"]


def test_a_transient_answer_is_tried_again_ever_more_slowly_and_never_given_up(post: Post) -> None:
    post.put()
    sender = post.sender(Fake().then(*[Transient("down")] * 4))
    waits = []
    for _ in range(4):
        sender.step()
        waits.append((post.row().due - post.now).total_seconds())
        post.now = post.row().due
    assert all(0.8 * wait <= got <= 1.2 * wait for wait, got in zip((2, 5, 10, 20), waits, strict=True))
    sender.step()
    assert (post.row().state, post.row().attempts) == ("accepted", 4)


def test_an_open_breaker_probes_counts_no_attempts_and_tells_the_others_once(post: Post) -> None:
    post.put()
    fake = Fake().then(*[Transient("down")] * 400)
    sender = post.sender(fake)
    for _ in range(3600):
        sender.step()
        post.later(1)
    assert post.row().state == "pending"
    assert post.row().attempts == 5
    assert len(fake.got) < 80  # a probe a minute, not a try a second
    (told, *others) = post.operations()
    assert "水务群" in told.title and "连不上" in told.title
    assert len(others) == 0


def test_after_the_breaker_closes_everything_goes_out(post: Post) -> None:
    for number in range(10):
        post.put(f"n{number}")
    fake = Fake().then(*[Transient("down")] * 7)
    sender = post.sender(fake)
    for _ in range(300):
        sender.step()
        post.later(1)
    assert {post.row(f"n{number}").state for number in range(10)} == {"accepted"}


def test_a_limit_is_waited_out_and_is_no_attempt(post: Post) -> None:
    post.put("n1")
    post.put("n2")
    fake = Fake().then(Limited("429", 30.0))
    sender = post.sender(fake)
    sender.step()
    post.later(29)
    assert sender.step() == 0  # not even the other message: the limit is the receiver's
    post.later(1)
    assert [sender.step(), sender.step()] == [1, 1]
    assert (post.row("n1").attempts, post.row("n1").state) == (0, "accepted")


def test_a_permanent_answer_ends_as_dead_and_the_others_hear_what_to_mend(post: Post) -> None:
    post.put()
    fake = Fake().then(GONE)
    post.sender(fake, others=("控制台", "邮件")).step()
    post.later(3600)
    assert (post.row().state, len(fake.got)) == ("dead", 1)
    told = post.operations()
    assert {one.receiver for one in told} == {"控制台", "邮件"}
    assert all(word in told[0].text for word in ("水务群", "404", "换网址", "停水集中反映"))
    assert told[0].at - at("11:00") <= timedelta(seconds=60)


def test_a_hundred_dead_letters_are_one_message_an_hour(post: Post) -> None:
    for number in range(100):
        post.put(f"n{number}")
    sender = post.sender(Fake().then(*[GONE] * 100))
    while sender.step():
        pass
    assert len(post.operations()) == 1


def test_two_refusing_receivers_do_not_report_each_other_forever(post: Post) -> None:
    post.put()
    one = post.sender(Fake().then(*[GONE] * 99), "水务群", ("控制台",))
    other = post.sender(Fake().then(*[GONE] * 99), "控制台", ("水务群",))
    assert sum(one.step() + other.step() for _ in range(50)) < 6


def test_an_ambiguous_answer_is_sent_again_with_its_mark(post: Post) -> None:
    post.put()
    fake = Fake().then(Ambiguous("timeout"), Transient("down"))
    sender = post.sender(fake)
    for _ in range(30):
        sender.step()
        post.later(1)
    assert [one.resend for one in fake.got] == [False, True, True]
    assert [one.title.count("〔重发〕") for one in fake.got] == [0, 1, 1]
    assert post.row().state == "accepted"


def test_a_crash_between_sending_and_recording_sends_a_marked_copy_after_the_lease(post: Post) -> None:
    post.put()
    fake = Fake().then(Crash())
    with pytest.raises(Crash):
        post.sender(fake).step()
    reborn = post.sender(fake)
    post.later(LEASE.total_seconds() - 1)
    assert reborn.step() == 0
    post.later(1)
    assert reborn.step() == 1
    assert [one.resend for one in fake.got] == [False, True]
    assert post.row().state == "accepted"


def test_two_senders_of_one_receiver_do_not_send_the_same_row(post: Post) -> None:
    post.put("n1")
    post.put("n2")
    seen: list[str] = []
    second = post.sender(Fake())

    class Slow(Fake):
        def send(self, notification: Notification) -> Answer:
            second.step()  # another process, while this one waits for its answer
            seen.append(notification.id)
            return super().send(notification)

    post.sender(Slow()).step()
    assert seen == ["n1"]
    assert (post.row("n1").state, post.row("n2").state) == ("accepted", "accepted")
    assert post.sender(Fake()).step() == 0


def test_an_answer_that_the_ledger_could_not_take_is_kept_and_the_message_not_sent_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.put()
    fake = Fake()
    sender = post.sender(fake)
    working = post.ledger.transaction
    calls = iter([working])

    def away() -> Any:
        for transaction in calls:  # the lease works, the record does not
            return transaction()
        raise Unavailable("locked")

    monkeypatch.setattr(post.ledger, "transaction", away)
    with pytest.raises(Unavailable):
        sender.step()
    monkeypatch.undo()
    post.later(3600)
    assert sender.step() == 0
    assert (post.row().state, len(fake.got)) == ("accepted", 1)


def test_what_waited_long_in_the_outbox_says_so(post: Post) -> None:
    post.put("first")
    post.put("ack", reason=NotifyReason.ACK)
    post.later(7800)
    fake = Fake()
    sender = post.sender(fake)
    while sender.step():
        pass
    late = {one.id: one for one in fake.got}
    assert late["first"].late and late["first"].title.endswith("（补报 迟2小时10分）")
    assert not late["ack"].late


def test_messages_for_a_receiver_that_is_gone_end_and_are_reported(post: Post) -> None:
    post.put("n1", receiver="已删")
    post.put("n2", receiver="控制台")
    (sender,) = senders(post.ledger, {"控制台": Fake()}, post.clock, random.Random(1))
    assert post.row("n1").state == "dead"
    assert "已删" in post.operations()[0].title
    assert sender.step() == 1


def test_a_lease_that_was_kept_while_the_ledger_went_away_is_used_at_once(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.put()
    fake = Fake()
    sender = post.sender(fake)
    with monkeypatch.context() as away:

        def commits_and_breaks() -> Any:
            raise Unavailable("the connection broke after the commit")

        away.setattr(sender, "_lease", lambda now: (Sender._lease(sender, now), commits_and_breaks()))
        with pytest.raises(Unavailable):
            sender.step()
    assert post.row().state == "leased"

    assert sender.step() == 1
    assert [(one.id, one.resend) for one in fake.got] == [("n1", False)]
