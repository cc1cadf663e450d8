"""Which units a matter belongs to: by topic who is competent, by place whose ground it is (DOMAIN §2.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.directory import Directory, Place
from pipeline.model import Alert, Level

# Of these topics only danger to life is as loud as L2; an alert carries its level, not its harm.
_LIFE = frozenset({"gas", "safety", "disaster"})
# Who stands by: the bureau that supervises the gas company.
_SUPERVISORS = {"gas": "housing"}
# Gas is handled by the company that can turn the valve.
_COMPANY_LEADS = frozenset({"gas"})


@dataclass(frozen=True)
class Routed:
    """Unit ids: who leads, and who helps, in the order in which they are to be told."""

    lead: str
    co: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[str, ...]:
        return tuple(unit for unit in (self.lead, *self.co) if unit)


def route(alert: Alert, directory: Directory) -> Routed:
    """Return the units for *alert*: never nobody, as long as the directory has a unit.

    An accusation goes to the liaison alone, never to an office that it may be about (信访工作条例 art. 30).
    A sealed matter goes to one unit, without street or hotline; one of life and death to the desk.
    """
    roles = _Roles(directory)
    if alert.accusation:
        return _led([*roles.of("liaison"), *roles.of("desk")], alone=True)
    competent = _handling(alert, directory)
    anybody = [*roles.of("hotline"), *roles.of("desk"), *(unit.id for unit in directory.units)]
    if alert.sealed:
        first = roles.of("desk") if _danger(alert) else []
        return _led([*first, *competent, *roles.of("desk"), *anybody], alone=True)
    helpers = [*_helpers(alert, directory), *_streets(alert.places, directory), *roles.of("hotline")]
    if not competent:
        return _led([*anybody[:1], *(roles.of("desk") if _danger(alert) else []), *helpers])
    desk = roles.of("desk") if _danger(alert) else []
    return _led([competent[0], *desk, *competent[1:], *helpers])


class _Roles:
    def __init__(self, directory: Directory) -> None:
        self._units = directory.units

    def of(self, role: str) -> list[str]:
        return [unit.id for unit in self._units if unit.role == role]


def _danger(alert: Alert) -> bool:
    return alert.topic in _LIFE and alert.level.louder_than(Level.L3)


def _handling(alert: Alert, directory: Directory) -> list[str]:
    """Return the units for what *alert* is about; where its rule names several matters, one for each but the first."""
    first, *others = alert.manner.topics or (alert.topic,)
    helpers = [unit for topic in others for unit in _competent(topic, directory)[:1]]
    return [*_competent(first, directory), *helpers]


def _competent(topic: str, directory: Directory) -> list[str]:
    """Return the units for *topic*, the leading one first: the bureau before the company, but for gas."""
    units = [unit for unit in directory.units if topic in unit.topics and unit.role != "desk"]
    company_first = topic in _COMPANY_LEADS
    return [unit.id for unit in sorted(units, key=lambda unit: (unit.role == "company") is not company_first)]


def _helpers(alert: Alert, directory: Directory) -> list[str]:
    topics = []
    if _danger(alert):
        topics.append("safety")
    if alert.topic in _SUPERVISORS:
        topics.append(_SUPERVISORS[alert.topic])
    if any(place.kind == "site" for place in _places(alert.places, directory)):
        topics.append("housing")  # it gave the building permit
    return [unit for topic in topics for unit in _competent(topic, directory)[:1]]


def _streets(names: Iterable[str], directory: Directory) -> list[str]:
    ground = {around.id for place in _places(names, directory) for around in directory.around(place)}
    return [unit.id for unit in directory.units if unit.role == "street" and ground & set(unit.areas)]


def _places(names: Iterable[str], directory: Directory) -> list[Place]:
    wanted = set(names)
    return [place for place in directory.places if wanted & {place.id, place.name, *place.aliases}]


def _led(units: Iterable[str], *, alone: bool = False) -> Routed:
    lead, *co = [*dict.fromkeys(units)] or [""]
    return Routed(lead, () if alone else tuple(co))
