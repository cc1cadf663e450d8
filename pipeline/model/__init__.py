"""The nouns of the flow: Post → AnalysedPost → Match → Alert → Case → Notification, and Action.

All are frozen; a change is a new value. Ids are deterministic, so that a repeat is harmless.
"""

from pipeline.model.action import Action, Verb
from pipeline.model.alert import Alert, Evidence, Manner, Turn
from pipeline.model.analysed import (
    AnalysedPost,
    ClusterFinding,
    EventFinding,
    GateFinding,
    GateStatus,
    MatterFinding,
    Numbers,
    Part,
    PartyFinding,
    PlaceFinding,
    PlaceStatus,
    Polarity,
    PrivacyFinding,
    Ranked,
    Reason,
    SentimentFinding,
    TextFinding,
    body,
    withheld,
)
from pipeline.model.case import Case, CaseState, Entry
from pipeline.model.correction import LABELS, Correction, training_row
from pipeline.model.excerpt import excerpted
from pipeline.model.fields import (
    FIELDS,
    PERSONAL,
    REVEALING,
    Field,
    Type,
    Value,
    Values,
    as_tree,
    side_by_side,
    value_of,
)
from pipeline.model.ids import digest, post_id, short
from pipeline.model.level import Level, loudest
from pipeline.model.match import MISSING, TOO_SLOW, Match, match_id
from pipeline.model.matters import matters
from pipeline.model.notification import Notification, NotifyReason, notification_id
from pipeline.model.post import (
    SCHEMA,
    Access,
    Account,
    Author,
    Basis,
    Engagement,
    Fetch,
    Kind,
    Op,
    Order,
    Post,
    Precision,
    Published,
    Source,
    SourceClass,
    Thread,
    came_late,
    clock_suspect,
    revision,
)
from pipeline.model.wire import Reader, encode

Signal = Alert | Action

__all__ = [
    "FIELDS", "LABELS", "MISSING", "PERSONAL", "REVEALING", "SCHEMA", "TOO_SLOW", "Access", "Account", "Action", "Alert",
    "AnalysedPost", "Author", "Basis", "Case", "CaseState", "ClusterFinding", "Correction", "Engagement", "Entry",
    "EventFinding", "Evidence", "Fetch", "Field", "GateFinding", "GateStatus", "Kind", "Level", "Manner", "Match",
    "MatterFinding", "Notification", "NotifyReason", "Numbers", "Op", "Order", "Part", "PartyFinding", "PlaceFinding",
    "PlaceStatus", "Polarity", "Post", "Precision", "PrivacyFinding", "Published", "Ranked", "Reader", "Reason",
    "SentimentFinding", "Signal", "Source", "SourceClass", "TextFinding", "Thread", "Turn", "Type", "Value", "Values", "Verb",
    "as_tree", "body", "came_late", "clock_suspect", "digest", "encode", "excerpted", "loudest", "match_id", "matters", "notification_id", "post_id",
    "revision", "short", "side_by_side", "training_row", "value_of", "withheld",
]  # fmt: skip
