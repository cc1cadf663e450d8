"""The labels that officers corrected, on the ledger: added, never changed; only words can be taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from pipeline.errors import Rejected
from pipeline.ledger import Ledger, tables
from pipeline.model import LABELS, AnalysedPost, Correction, training_row, withheld
from pipeline.model.correction import OWN_LABELS

_table = tables.correction
_LONGEST_LABEL, _LONGEST_REASON = 32, 500


class Corrections:
    """Remembers what officers say a label is. A post that is withheld is never kept as training data."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, doc: AnalysedPost, correction: Correction) -> Correction:
        """Store *correction* of *doc*, and return it. Raises Rejected, in words for the officer, if it may not be."""
        _check(doc, correction)
        body = msgspec.json.encode(correction)
        row = {"at": correction.at, "who": correction.by, "post_id": correction.post_id, "field": correction.field}
        with self._ledger.transaction() as connection:
            connection.execute(sa.insert(_table).values(**row, body=body))
        return correction

    def of(self, post_id: str) -> list[Correction]:
        """Return what was said of a post, the first first."""
        return self._read(sa.select(_table.c.body).where(_table.c.post_id == post_id).order_by(_table.c.seq))

    def labelled(self, field: str) -> Collection[str]:
        """Return the ids of the posts whose *field* an officer has looked at."""
        with self._ledger.transaction() as connection:
            return set(connection.execute(sa.select(_table.c.post_id).where(_table.c.field == field)).scalars())

    def counts(self) -> dict[str, int]:
        """Return how many posts have a corrected label of each field."""
        query = sa.select(_table.c.field, _table.c.post_id).distinct()
        with self._ledger.transaction() as connection:
            return dict(Counter(field for field, _ in connection.execute(query)))

    def forget(self, post_id: str) -> None:
        """Blank the words kept of a post, as its author or the law wants; that it was labelled stays known."""
        with self._ledger.transaction() as connection:
            query = sa.select(_table.c.seq, _table.c.body).where(_table.c.post_id == post_id)
            for seq, body in connection.execute(query).all():
                blank = msgspec.structs.replace(
                    msgspec.json.decode(body, type=Correction), title="", text="", reason=""
                )
                update = sa.update(_table).where(_table.c.seq == seq).values(body=msgspec.json.encode(blank))
                connection.execute(update)

    def rows(self) -> Iterator[tuple[bool, dict[str, object]]]:
        """Yield a training row for each post, of several corrections of one label the last, and whether it is a message."""
        by_post: dict[str, dict[str, Correction]] = {}
        for one in self._read(sa.select(_table.c.body).order_by(_table.c.seq)):
            kept = by_post.setdefault(one.post_id, {})
            kept.pop(one.field, None)
            kept[one.field] = one
        for found in by_post.values():
            corrections = list(found.values())
            if corrections[-1].title or corrections[-1].text:
                yield corrections[-1].citizen, training_row(corrections)

    def _read(self, query: sa.Select[Any]) -> list[Correction]:
        with self._ledger.transaction() as connection:
            bodies: Sequence[bytes] = connection.execute(query).scalars().all()
        return [msgspec.json.decode(body, type=Correction) for body in bodies]


def _check(doc: AnalysedPost, correction: Correction) -> None:
    if withheld(doc):
        raise Rejected("封存的帖文不改标签，也不作训练数据 / a withheld post is no training data")
    if correction.field not in LABELS:
        raise Rejected(f"不能改 {correction.field} / {correction.field} is no label to correct")
    known = LABELS[correction.field]
    free = correction.field in OWN_LABELS and 0 < len(correction.after.strip()) <= _LONGEST_LABEL
    if correction.after not in known and not free:
        raise Rejected(f"标签应为 {'、'.join(known)} / one of {', '.join(known)}")
    if correction.after != correction.before and not correction.reason.strip():
        raise Rejected("请写明更正的理由 / say why it is wrong")
    if len(correction.reason) > _LONGEST_REASON:
        raise Rejected(f"理由不超过 {_LONGEST_REASON} 字 / the reason has {_LONGEST_REASON} characters at most")
