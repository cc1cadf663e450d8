"""The topics, named once. Each carries one kind of message."""

from __future__ import annotations

POSTS = "posts"
UNDERSTOOD = "understood"
ANALYSED = "analysed"
MATCHES = "matches"
SIGNALS = "signals"

TOPICS = (POSTS, UNDERSTOOD, ANALYSED, MATCHES, SIGNALS)

BY_LINE = frozenset({UNDERSTOOD, ANALYSED, MATCHES})
"""Those between two stages: a message of theirs holds one thing or several, each a line."""


def dead(topic: str) -> str:
    """Return the topic where what *topic* could not digest is set aside."""
    return f"{topic}.dead"
