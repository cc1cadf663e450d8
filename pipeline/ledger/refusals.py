"""What a database's refusals mean: "wait and try again", or a bug."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine, ExceptionContext

from pipeline.errors import Unavailable

# SQLSTATE classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_OF_THE_VALUE: Final = ("22", "23", "54")  # what was to be written is to blame: the same again would fail again
_FOLLOWS_A_BUG: Final = ("25P02",)  # somebody went on in a transaction that had failed
_OF_THE_OPERATOR: Final = ("42501", "42P01", "42703")  # a right, a table or a column was taken away
_SESSION_ENDED: Final = ("25P03", "57P01", "57P02", "57P03", "57P05")  # idle for too long, or the server stops
_MOST_WORDS: Final = 300


def translate(engine: Engine, secret: str = "") -> None:
    """Make every refusal of *engine*'s database that is nobody's bug an Unavailable, wherever it is met.

    A stage in the middle of its work must not take a server that goes away for a message it cannot digest.
    *secret* is left out of what is said.
    """

    @sa.event.listens_for(engine, "handle_error")
    def met(context: ExceptionContext) -> None:
        if context.is_pre_ping:  # the pool was only asking, and takes a new connection
            context.is_disconnect = True
            return
        error = context.sqlalchemy_exception
        if isinstance(error, sa.exc.DBAPIError) and is_for_now(error):
            context.is_disconnect = context.is_disconnect or _state(error) in _SESSION_ENDED
            raise Unavailable(f"账本不可用 / ledger: {_words(error, secret)}")


def is_for_now(error: sa.exc.DBAPIError) -> bool:
    """Say whether the database is away, full, locked or otherwise in no state to answer; False for a bug of ours."""
    state = _state(error)
    if state[:2] in _OF_THE_VALUE or state in _FOLLOWS_A_BUG:
        return False
    if state in _OF_THE_OPERATOR or type(error) is sa.exc.DatabaseError:  # the latter: a file that is damaged
        return True
    return isinstance(error, sa.exc.OperationalError | sa.exc.InternalError | sa.exc.InterfaceError)


def _state(error: sa.exc.DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _words(error: sa.exc.DBAPIError, secret: str) -> str:
    words = " ".join(str(error.orig).split())
    return (words.replace(secret, "***") if secret else words)[:_MOST_WORDS]
