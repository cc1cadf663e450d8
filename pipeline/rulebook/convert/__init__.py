"""Rules of other systems in our words: what means the same is converted, all else is listed, nothing is approximated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pipeline.errors import Fault, Misconfigured
from pipeline.rulebook.convert.converted import Converted, Lost, as_yaml
from pipeline.rulebook.convert.elastalert import convert as from_elastalert
from pipeline.rulebook.convert.sigma import convert as from_sigma
from pipeline.rulebook.convert.trendradar import convert as from_trendradar

FORMS: Final[Mapping[str, Callable[[str], Converted]]] = {
    "elastalert": from_elastalert,
    "sigma": from_sigma,
    "trendradar": from_trendradar,
}

__all__ = ["FORMS", "Converted", "Lost", "as_yaml", "convert"]


def convert(form: str, written: str) -> Converted:
    """Return what *written*, a file of the system *form*, says in our words.

    Raises Misconfigured for an unknown *form*, and for a file that its own system could not read either.
    """
    if form not in FORMS:
        known = "、".join(FORMS)
        raise Misconfigured([Fault("--from", f"可取：{known}", f"one of {', '.join(FORMS)}")])
    return FORMS[form](written)
