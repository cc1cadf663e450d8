"""The district: its places, its units, its own accounts (schema ``yuqing-directory/v1``)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import Fault, Misconfigured

SHIPPED = Path(__file__).with_name("qinghu.yaml")


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
    """Everything about one district. Reading it checks that every reference leads somewhere."""

    schema_: Literal["yuqing-directory/v1"] = Field(default="yuqing-directory/v1", alias="schema")
    territory: Territory
    places: tuple[Place, ...] = ()
    outside: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    accounts: tuple[OfficialAccount, ...] = ()

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
