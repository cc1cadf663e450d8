"""Tables on the terminal. What stands in them is data: nothing in it is markup, an emoji's name or a link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table


def print_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print *rows* below *titles*, as wide as the terminal."""
    table = Table(*titles, box=None)
    for row in rows:
        table.add_row(*row)
    Console(markup=False, emoji=False, highlight=False).print(table)
