"""What was understood of a post: one block per analyser, each explainable (ARCHITECTURE §5)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from pipeline.model.post import Post


class Reason(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One word or cue that carried a label, where it stands, and how much it weighed.

    *start* and *end* are offsets into ``title + "\\n" + text`` (into ``text`` if there is no title).
    """

    cue: str
    weight: float = 0.0
    start: int = -1
    end: int = -1

    def moved(self, by: int) -> Reason:
        """Return the same reason in a text that begins *by* characters earlier."""
        return Reason(self.cue, self.weight, self.start + by, self.end + by)


class TextFinding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The normal form, as long as the original so that offsets hold, and the tokens cut from it.

    *tokens* are one text with a space between each: a list of short words takes longer to read than all else in a
    message. Earlier messages, and what an index keeps of them, hold such a list.
    """

    normal: str = ""
    tokens: str | tuple[str, ...] = ""
    tokenizer: str = ""
    lang: str = "und"

    @property
    def line(self) -> str:
        """The tokens as one text, whichever way they came."""
        return self.tokens if isinstance(self.tokens, str) else " ".join(self.tokens)


class PrivacyFinding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Which classes of personal data stood in the text before masking; never the data."""

    classes: tuple[str, ...] = ()
    minor: bool = False
    sealed: bool = False


class Polarity(StrEnum):
    NEG = "neg"
    NEU = "neu"
    POS = "pos"


class Ranked(msgspec.Struct, frozen=True, gc=False):
    """A label that a model considered, and its calibrated probability from 0 to 1."""

    label: str
    p: float


class SentimentFinding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Feeling toward the matter; probabilities from 0 to 1. *emotion* is set only where it was asked for."""

    label: Polarity
    p_neg: float
    p_pos: float
    emotion: str | None = None
    model: str = ""
    why: tuple[Reason, ...] = ()


class MatterFinding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What it is about (topic code of DOMAIN §4.2), what is asked, and how bad it is (H0 to H3).

    *accusation* marks a report about an official: sealed, never routed to those it names. *ranked* has the most
    probable labels of ``topic``, ``msg_kind``, ``department`` and ``domain``, the best first; *models* the version
    of each model that was asked.
    """

    topic: str = "other"
    appeal_type: str | None = None
    msg_kind: str | None = None
    department: str | None = None
    domain: str | None = None
    harm: str = "H0"
    needs_human: bool = False
    accusation: bool = False
    ranked: dict[str, tuple[Ranked, ...]] = {}
    models: tuple[str, ...] = ()
    why: tuple[Reason, ...] = ()


class PlaceStatus(StrEnum):
    KNOWN = "known"
    UNKNOWN = "unknown"
    OUT_OF_TERRITORY = "out_of_territory"


class PlaceFinding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The place that the text speaks about, never where its author is; *confidence* from 0 to 1."""

    status: PlaceStatus = PlaceStatus.UNKNOWN
    district: str | None = None
    street: str | None = None
    community: str | None = None
    facility: str | None = None
    site: str | None = None
    road: str | None = None
    confidence: float = 0.0
    why: tuple[Reason, ...] = ()


class Numbers(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the text itself counts; None where it counts nothing."""

    deaths: int | None = None
    injured: int | None = None
    people: int | None = None
    amount: float | None = None


class ClusterFinding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Which posts say the same: *id* is the id of the cluster's first post; *kind* first, exact, near or repost."""

    id: str
    kind: str = "first"
    similarity: float = 1.0


class EventFinding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The matter at one place and time that a post tells of, in whatever words: *id* is the id of its first post."""

    id: str
    kind: str = "first"
    similarity: float = 1.0


class PartyFinding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The organisation or office that is responsible; never a private person. *id* is a unit of the directory."""

    id: str | None = None
    name: str | None = None
    why: tuple[Reason, ...] = ()


class GateStatus(StrEnum):
    """Whether a post is about a matter at all. Nothing is dropped; rules read the status."""

    RELEVANT = "relevant"
    IRRELEVANT = "irrelevant"
    SPAM = "spam"
    INSUFFICIENT_TEXT = "insufficient_text"


class GateFinding(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    status: GateStatus = GateStatus.RELEVANT
    why: tuple[Reason, ...] = ()


class Part(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One matter of a long article, and where it is told: what that passage says, read by itself.

    *start* and *end* are offsets as in ``Reason``, -1 if an excerpt does not show it; *at* is where it began in the article
    of which only an excerpt is kept. *place* is that of the whole where none is named.
    """

    start: int
    end: int
    at: int | None = None
    matter: MatterFinding
    place: PlaceFinding | None = None
    numbers: Numbers | None = None

    @property
    def begins(self) -> int:
        """Where in the article it is told."""
        return self.start if self.at is None else self.at

    @property
    def about(self) -> str:
        """What tells it from the other parts, over most edits of the article: its topic and its place."""
        place = self.place or PlaceFinding()
        where = place.community or place.facility or place.road or place.street
        return f"{self.matter.topic}@{where}" if where else self.matter.topic


class AnalysedPost(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A post with its findings. A block is None if its analyser is switched off, never if it found nothing.

    *parts* are the matters of a long article, in its order; anything else is one matter and has none.
    """

    post: Post
    text: TextFinding | None = None
    privacy: PrivacyFinding | None = None
    sentiment: SentimentFinding | None = None
    matter: MatterFinding | None = None
    place: PlaceFinding | None = None
    numbers: Numbers | None = None
    party: PartyFinding | None = None
    cluster: ClusterFinding | None = None
    event: EventFinding | None = None
    gate: GateFinding | None = None
    parts: tuple[Part, ...] = ()
    watch: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        """What the parts are about, each topic once."""
        return tuple(dict.fromkeys([part.matter.topic for part in self.parts])) if self.parts else ()

    def body(self) -> str:
        """The title and text as one string: what offsets in the findings count in."""
        return body(self.post.title, self.post.text)


def withheld(doc: AnalysedPost) -> bool:
    """Say whether a post may be counted and never quoted: sealed, about a minor, or an accusation (DOMAIN P-11, P-33)."""
    privacy, matter = doc.privacy, doc.matter
    return bool(privacy and (privacy.sealed or privacy.minor)) or bool(matter and matter.accusation)


def body(title: str, text: str) -> str:
    return f"{title}\n{text}" if title else text
