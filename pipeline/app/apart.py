"""A desk of its own beside the real one, on the same servers: what is tried out must not reach real residents' matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit, urlunsplit

from pipeline.log import get
from pipeline.settings import Settings

log = get("apart")

Erase = Callable[[], None]


@contextmanager
def apart(settings: Settings, name: str) -> Iterator[Settings]:
    """Give *settings* whose bus, index and ledger are empty places called *name*; they are gone at the end.

    On Kafka and a search server *name* is a prefix, on PostgreSQL a schema. Files are those of ``home``, which is
    the caller's to choose. *name* consists of small letters and digits. Raises Misconfigured or Unavailable.
    """
    with ExitStack() as erasing:

        def placed(url: str, place: Callable[[str, str], tuple[str, Erase]] | None) -> str:
            if place is None:
                return ""
            new, erase = place(url, name)
            erasing.callback(_tried, erase)
            return new

        bus, index, ledger = settings.bus_url, settings.index_url, settings.ledger_url
        yield settings.model_copy(
            update={
                "bus": settings.bus.model_copy(update={"url": placed(bus, None if _is_file(bus) else _bus)}),
                "index": settings.index.model_copy(update={"url": placed(index, None if _is_file(index) else _index)}),
                "ledger": settings.ledger.model_copy(
                    update={"url": placed(ledger, None if _is_file(ledger) else _ledger)}
                ),
            }
        )


def _is_file(url: str) -> bool:
    return url.startswith("sqlite:")


def _renamed(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _bus(url: str, name: str) -> tuple[str, Erase]:
    from pipeline.bus.kafka_admin import Admin, Wanted
    from pipeline.bus.kafka_url import read

    own = _renamed(url, name)
    admin = Admin(read(own), Wanted())

    def erase() -> None:
        try:
            admin.erase(name)
        finally:
            admin.close()

    admin.erase(name)
    return own, erase


def _index(url: str, name: str) -> tuple[str, Erase]:
    from pipeline.index.elastic.address import Address
    from pipeline.index.elastic.drivers import connected
    from pipeline.index.elastic.gateway import Gateway

    own = _renamed(url, name)
    gateway = Gateway(connected(Address.read(own)))

    def clear() -> None:
        gateway.drop(info.name for info in gateway.indices(f"{name}-*"))
        for template in gateway.templates(f"{name}-*"):
            gateway.drop_template(template)

    def erase() -> None:
        try:
            clear()
        finally:
            gateway.close()

    clear()
    return own, erase


def _ledger(url: str, name: str) -> tuple[str, Erase]:
    from pipeline.ledger.engines import apart as schema_apart

    return schema_apart(url, name)


def _tried(erase: Erase) -> None:
    """What cannot be taken away now is told and left: the next one of the name empties it first."""
    from pipeline.errors import Unavailable

    try:
        erase()
    except Unavailable as error:
        log.warning("something was left on a server", error=str(error))
