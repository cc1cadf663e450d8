from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.bus import Delivery
from pipeline.errors import Rejected
from pipeline.match import MatchStage
from pipeline.model import TOO_SLOW, AnalysedPost, Match, Reader, encode
from pipeline.rulebook import Rulebook
from pipeline.rulebook.live import LiveRules
from pipeline.stage import Stage
from pipeline.topics import ANALYSED, MATCHES
from tests.pipeline.match.posts import NOON, a_doc
from tests.pipeline.rulebook.rules import a_rule, read


def delivered(*docs: AnalysedPost) -> list[Delivery]:
    return [Delivery(ANALYSED, 0, offset, doc.post.key, encode(doc)) for offset, doc in enumerate(docs)]


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return read(tmp_path, a_rule(group_by=["place.street"]))


def test_the_stage_turns_analysed_posts_into_matches_keyed_by_rule_and_group(book: Rulebook) -> None:
    stage: Stage = MatchStage(book)

    messages = stage.process(delivered(a_doc(street="甲街道"), a_doc("来水了"), a_doc(street="乙街道")), NOON)

    matches = [Reader[Match](Match).read(message.value) for message in messages]
    assert (stage.reads, stage.writes) == (ANALYSED, MATCHES)
    assert [match.group for match in matches] == [("甲街道",), ("乙街道",)]
    assert [message.key for message in messages] == [match.key for match in matches]
    assert stage.tick(NOON) == ()


def test_the_same_batch_in_other_pieces_gives_the_same_bytes(book: Rulebook) -> None:
    batch = delivered(*(a_doc(native=str(number)) for number in range(5)))

    whole = MatchStage(book).process(batch, NOON)
    stage = MatchStage(book)
    pieces = [message for delivery in batch for message in stage.process([delivery], NOON)]

    assert len({message.key for message in pieces}) == 1
    assert pieces == list(whole)


def test_who_listens_for_silence_hears_of_a_post_only_when_and_whence(tmp_path: Path) -> None:
    silent = a_rule(
        match=None, type="flatline", timeframe="1d", expect={"from": "directory.sources", "key": "id"},
        group_by=["source.id"], examples={"match": ["停水"], "no_match": []},
    )  # fmt: skip
    doc = a_doc()

    (match,) = MatchStage(read(tmp_path, silent)).match([doc])

    known = match.analysed.post
    assert (known.id, known.rev, known.source.id, known.at) == (doc.post.id, doc.post.rev, "bbs", doc.post.at)
    assert (known.text, match.analysed.matter) == ("", None)


def test_what_is_no_analysed_post_is_rejected_without_quoting_it(book: Rulebook) -> None:
    with pytest.raises(Rejected) as caught:
        MatchStage(book).process([Delivery(ANALYSED, 0, 0, "x", '{"post":"机密"}'.encode())], NOON)

    assert "机密" not in str(caught.value)


def test_a_rule_set_aside_is_counted(book: Rulebook) -> None:
    stage = MatchStage(book)
    # A time without its offset cannot be compared with one that has it.
    broken = encode(a_doc()).replace(b'"fetched_at":"2026-03-10T04:00:00Z"', b'"fetched_at":"2026-03-10T04:00:00"')

    messages = stage.process([Delivery(ANALYSED, 0, 0, "x", broken), *delivered(a_doc())], NOON)

    found, failed = (Reader[Match](Match).read(message.value) for message in messages)
    assert stage.problems == 1
    assert (found.failed, failed.failed, failed.rule) == ("", "TypeError", found.rule)
    assert failed.analysed.post.text == ""


def test_as_long_as_a_rule_stays_set_aside_its_owner_is_reminded_every_hour(book: Rulebook) -> None:
    stage = MatchStage(book)
    stage._matcher.budget.aside.add("test.rule")

    said = [stage.tick(NOON + timedelta(minutes=at)) for at in (0, 59, 60)]

    assert [[Reader[Match](Match).read(message.value).failed for message in one] for one in said] == [
        [TOO_SLOW], [], [TOO_SLOW],
    ]  # fmt: skip


def test_a_new_book_is_taken_over_between_two_batches(tmp_path: Path) -> None:
    live = LiveRules(read(tmp_path, a_rule()), [tmp_path], read=lambda paths, directory: Rulebook.read(paths))
    stage = MatchStage(live.book, live)
    read(tmp_path, a_rule(id="test.new"))

    before = [match.rule for match in stage.match([a_doc()])]
    stage.tick(NOON)
    live.wait()
    still = [match.rule for match in stage.match([a_doc()])]
    stage.tick(NOON)

    assert (before, still) == (["test.rule"], ["test.rule"])
    assert [match.rule for match in stage.match([a_doc()])] == ["test.new"]
