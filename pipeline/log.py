"""Structured logs: one event per batch, ids and numbers, never the text of a post (DOMAIN P-26)."""

from __future__ import annotations

import logging
import sys
from typing import TextIO, cast

import structlog

# Without the values of local variables: they may hold a post before it was masked.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


class _Unfailing:
    """Standard error as it is now, which loses a line rather than end the process: a log on a full disk must not stop a warning."""

    def write(self, words: str) -> None:
        try:
            sys.stderr.write(words)
        except OSError:
            return

    def flush(self) -> None:
        try:
            sys.stderr.flush()
        except OSError:
            return


def set_up(level: str = "info") -> None:
    """Write logs to standard error: coloured on a terminal, JSON lines elsewhere."""
    pretty = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if pretty else [_TRACEBACKS]),
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
            if pretty
            else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Unfailing())),
        cache_logger_on_first_use=True,
    )


def get(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of one part."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(part=name)
    return logger
