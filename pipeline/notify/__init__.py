"""From alert to accepted message: cases, outbox, senders and the receivers they use.

The stage decides and writes the outbox; a sender per receiver empties it; the desk reads, and publishes
what officers do. A receiver is a plug-in, see ``Notifier``.
"""

from pipeline.notify.desk import CaseFile, Desk, Health, Sent
from pipeline.notify.notifier import Accepted, Ambiguous, Answer, Limited, Notifier, Permanent, Transient
from pipeline.notify.payload import payload
from pipeline.notify.records import RowState
from pipeline.notify.registry import kinds, open_receivers, routes
from pipeline.notify.sender import Sender, senders
from pipeline.notify.stage import NotifyStage

__all__ = [
    "Accepted", "Ambiguous", "Answer", "CaseFile", "Desk", "Health", "Limited", "Notifier", "NotifyStage",
    "Permanent", "RowState", "Sender", "Sent", "Transient", "kinds", "open_receivers", "payload", "routes", "senders",
]  # fmt: skip
