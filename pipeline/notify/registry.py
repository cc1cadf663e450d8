"""Which kinds of receivers there are, and how the settings become receivers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from pipeline.errors import Fault, Misconfigured, guess
from pipeline.notify.notifier import Notifier
from pipeline.settings import ReceiverSettings, wrong

# Named, not imported: a desk that sends no e-mail loads no e-mail.
_KINDS: Final = {
    "console": "pipeline.notify.receivers.console:ConsoleReceiver",
    "file": "pipeline.notify.receivers.file:FileReceiver",
    "webhook": "pipeline.notify.receivers.webhook:WebhookReceiver",
    "email": "pipeline.notify.receivers.email:EmailReceiver",
}


def kinds() -> dict[str, type[Notifier]]:
    """Return every kind of receiver by name, for those who list plug-ins."""
    return {kind: _load(kind) for kind in _KINDS}


def open_receivers(settings: Iterable[ReceiverSettings], home: Path) -> dict[str, Notifier]:
    """Return the enabled receivers by name; relative paths count from *home*.

    Raises Misconfigured with every fault, each naming its key.
    """
    receivers: dict[str, Notifier] = {}
    faults: list[Fault] = []
    for setting in settings:
        if not setting.enabled:
            continue
        if setting.name in receivers:
            faults.append(Fault(f"receivers.{setting.name}", "接收方重名", "this name is used twice"))
        try:
            receivers[setting.name] = _open(setting).settle(home)
        except Misconfigured as error:
            faults += error.faults
    if faults:
        raise Misconfigured(faults)
    return receivers


def routes(receivers: Mapping[str, Notifier]) -> dict[str, Sequence[str]]:
    """Return the routes that each receiver wants, as the stage asks for them."""
    return {name: receiver.routes for name, receiver in receivers.items()}


def _open(setting: ReceiverSettings) -> Notifier:
    place = f"receivers.{setting.name}"
    if setting.kind not in _KINDS:
        zh, en = guess(setting.kind, _KINDS, or_all=True)
        fault = Fault(
            f"{place}.kind", f"没有 {setting.kind} 这种接收方{zh}", f"unknown kind of receiver {setting.kind}{en}"
        )
        raise Misconfigured([fault])
    try:
        return _load(setting.kind).model_validate(setting.options)
    except ValidationError as error:
        raise Misconfigured(
            Fault(".".join([place, *map(str, item["loc"])]), *wrong(item)) for item in error.errors()
        ) from error


def _load(kind: str) -> type[Notifier]:
    module, name = _KINDS[kind].split(":")
    found: type[Notifier] = getattr(import_module(module), name)
    return found
