"""The district: its places, its units, its own accounts (schema ``yuqing-directory/v1``)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import Fault, Misconfigured

SHIPPED = Path(__file__).with_name("qinghu.yaml")
_OURS: Final = ("schema", "territory", "places", "outside", "units", "accounts", "lists")
_ALIKE: Final = 0.85  # a key so near to one of ours is a slip of the pen


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Territory(_Entry):
    """What the district is called, and the city it belongs to."""

    name: str
    city: str = ""
    aliases: tuple[str, ...] = ()


PlaceKind = Literal["street", "community", "road", "facility", "site"]


class Place(_Entry):
    """A place of ours; *in_* is the id of the place around it."""

    id: str
    kind: PlaceKind
    name: str
    aliases: tuple[str, ...] = ()
    in_: str | None = Field(default=None, alias="in")


class Unit(_Entry):
    """An office that answers: *topics* are codes of DOMAIN §4.2, *areas* are place ids.

    *role* marks the desk, the hotline sub-centre, and a street or town office; *aliases* are what residents call it.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    role: Literal["desk", "hotline", "street", "department", "company", "liaison"] = "department"
    topics: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    deputy: str = ""
    contacts: tuple[str, ...] = ()


class OfficialAccount(_Entry):
    """One of our own registered accounts."""

    id: str
    unit: str = ""
    platform: str = ""
    name: str = ""
    since: str = ""
    state: str = "active"


class Directory(_Entry):
    """Everything about one district. Reading it checks that every reference leads somewhere.

    *lists* are lists of one's own, under any other name: entries that rules may expect to be heard from
    (``expect: {from: directory.NAME, key: …}``). A file of such lists alone needs no territory.
    """

    schema_: Literal["yuqing-directory/v1"] = Field(default="yuqing-directory/v1", alias="schema")
    territory: Territory = Territory(name="本辖区")
    places: tuple[Place, ...] = ()
    outside: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    accounts: tuple[OfficialAccount, ...] = ()
    lists: Mapping[str, tuple[Mapping[str, Any], ...]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, tree: Any) -> Any:
        """Take lists of one's own together; without them a territory must be there."""
        if not isinstance(tree, Mapping):
            return tree
        own = {key: value for key, value in tree.items() if _is_list(key, value)}
        if not own and "territory" not in tree:
            raise ValueError("缺少 territory / territory is missing")
        known = {key: value for key, value in tree.items() if key not in own}
        return {**known, "lists": {**known.get("lists", {}), **own}} if own else known

    def expected(self) -> dict[str, Sequence[Mapping[str, Any]]]:
        """Return the lists that rules may expect to be heard from, by name; units stand with their names."""
        names = {unit.id: unit.name for unit in self.units}
        accounts = [
            {**account.model_dump(), "unit": names.get(account.unit, account.unit)} for account in self.accounts
        ]
        units = [{"id": unit.id, "name": unit.name, "unit": unit.name} for unit in self.units]
        return {
            "directory.accounts": accounts,
            "directory.units": units,
            **{f"directory.{name}": entries for name, entries in self.lists.items()},
        }

    @classmethod
    def read(cls, path: Path | None = None) -> Directory:
        """Return the directory in *path* (default: the shipped one). Raises Misconfigured with every fault."""
        file = path or SHIPPED
        try:
            directory = cls.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise Misconfigured([Fault(str(file), "没有这个名录文件", "there is no such directory file")]) from error
        except OSError as error:
            raise Misconfigured([Fault(str(file), f"打不开：{error}", f"cannot be opened: {error}")]) from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise Misconfigured([Fault(str(file), f"不是有效的 YAML：{error}", f"not valid YAML: {error}")]) from error
        except ValidationError as error:
            raise Misconfigured(
                Fault(f"{file}: {'.'.join(map(str, item['loc']))}", item["msg"], item["msg"]) for item in error.errors()
            ) from error
        if faults := list(directory.dangling(str(file))):
            raise Misconfigured(faults)
        return directory

    def dangling(self, file: str) -> list[Fault]:
        """Return a fault for every reference that leads nowhere, and every id used twice."""
        places = [place.id for place in self.places]
        faults = [
            Fault(f"{file}: places.{place.id}.in", f"没有编号为 {place.in_} 的地点", f"no place {place.in_}")
            for place in self.places
            if place.in_ and place.in_ not in places
        ]
        for unit in self.units:
            faults += [
                Fault(f"{file}: units.{unit.id}.areas", f"没有编号为 {area} 的地点", f"no place {area}")
                for area in unit.areas
                if area not in places
            ]
        for kind, ids in (("places", places), ("units", [unit.id for unit in self.units])):
            faults += [
                Fault(f"{file}: {kind}.{id_}", "编号重复", "this id is used twice")
                for id_ in sorted({id_ for id_ in ids if ids.count(id_) > 1})
            ]
        return faults

    def place(self, id_: str) -> Place:
        """Return the place with that id. Raises KeyError."""
        for place in self.places:
            if place.id == id_:
                return place
        raise KeyError(id_)

    def around(self, place: Place) -> tuple[Place, ...]:
        """Return *place* and the places that contain it, innermost first."""
        chain = [place]
        while chain[-1].in_ and len(chain) < 10:
            chain.append(self.place(chain[-1].in_))
        return tuple(chain)


def _is_list(key: object, value: object) -> bool:
    """Say whether an entry of the file is a list of one's own, and not one of ours misspelt."""
    entries = isinstance(value, list) and bool(value) and all(isinstance(entry, Mapping) for entry in value)
    return (
        entries and isinstance(key, str) and key not in _OURS and not difflib.get_close_matches(key, _OURS, 1, _ALIKE)
    )
