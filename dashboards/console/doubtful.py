"""Which posts teach a model most: those it is least sure of, one of each cluster, that no officer has labelled yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from dashboards.console.detail import label_of
from dashboards.console.posts import PostRow, on_board, post_row
from pipeline.errors import Fault, Misconfigured
from pipeline.index import Hit, PostIndex
from pipeline.ledger.corrections import Corrections
from pipeline.model import LABELS, AnalysedPost, Ranked, withheld

READ: Final = 1000  # of the newest posts
SHOWN: Final = 20
_CERTAIN: Final = 1.0


class Doubtful(msgspec.Struct, frozen=True, kw_only=True):
    """A post, what the machine says of one label, and by how much it prefers that to the next best (0 to 1)."""

    row: PostRow
    said: str
    ranked: tuple[Ranked, ...]
    margin: float


class Labelling(msgspec.Struct, frozen=True, kw_only=True):
    """What the page for labelling shows: posts, what the label may be, and how many have been labelled."""

    field: str
    labels: tuple[str, ...]
    rows: tuple[Doubtful, ...]
    done: Mapping[str, int]


def doubtful(index: PostIndex, corrections: Corrections, field: str, most: int = SHOWN) -> Labelling:
    """Return the posts of which *field* should be labelled next. Raises Misconfigured for a field that is no label."""
    if field not in LABELS:
        zh, en = f"可标注的是：{'、'.join(LABELS)}", f"one of {', '.join(LABELS)}"
        raise Misconfigured([Fault("field", zh, en)])
    seen = corrections.labelled(field)
    hits = index.search(on_board(), most=READ).hits
    docs = [hit.post for hit in hits if hit.post.post.id not in seen and not withheld(hit.post)]
    chosen = sorted(_one_of_each(docs, field), key=lambda one: one.margin)
    rows = tuple(_spread(chosen, most))
    return Labelling(field=field, labels=LABELS[field], rows=rows, done=corrections.counts())


def margin(doc: AnalysedPost, field: str) -> float:
    """Return by how much the best label is preferred to the next one; 1 where no model was asked."""
    ranked = ranked_of(doc, field)
    if len(ranked) > 1:
        return max(0.0, ranked[0].p - ranked[1].p)
    human = bool(doc.matter and doc.matter.needs_human) and field.startswith("matter.")
    return 0.5 if human else _CERTAIN


def ranked_of(doc: AnalysedPost, field: str) -> tuple[Ranked, ...]:
    """Return the labels that a model considered, the best first."""
    if field == "sentiment.label" and doc.sentiment:
        feeling = doc.sentiment
        p = {"neg": feeling.p_neg, "pos": feeling.p_pos, "neu": max(0.0, 1 - feeling.p_neg - feeling.p_pos)}
        return tuple(Ranked(label, round(p[label], 4)) for label in sorted(p, key=lambda label: -p[label]))
    if field == "place.status" and doc.place:
        sure = doc.place.confidence
        return (Ranked(doc.place.status.value, max(sure, 1 - sure)), Ranked("", min(sure, 1 - sure)))
    return doc.matter.ranked.get(field.rpartition(".")[2], ()) if doc.matter else ()


def _one_of_each(docs: Iterable[AnalysedPost], field: str) -> Iterator[Doubtful]:
    """Yield the first post of each cluster: copies teach nothing twice."""
    clusters: set[str] = set()
    for doc in docs:
        cluster = doc.cluster.id if doc.cluster else doc.post.id
        if cluster not in clusters:
            clusters.add(cluster)
            yield Doubtful(
                row=post_row(Hit(doc)),
                said=label_of(doc, field),
                ranked=ranked_of(doc, field),
                margin=margin(doc, field),
            )


def _spread(chosen: list[Doubtful], most: int) -> Iterator[Doubtful]:
    """Yield the most doubtful ones, of what the machine calls the same not more than half before others had a turn."""
    counts: dict[str, int] = {}
    rest: list[Doubtful] = []
    given = 0
    for one in chosen:
        if given == most:
            return
        if counts.get(one.said, 0) < max(1, most // 2):
            counts[one.said] = counts.get(one.said, 0) + 1
            given += 1
            yield one
        else:
            rest.append(one)
    yield from rest[: most - given]
