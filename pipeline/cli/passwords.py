"""Random passwords for the containers: ``python -m pipeline.cli.passwords FOLDER``, with the standard library alone.

A file that is there stays as it is: run it again after an update, and only what is new is made. The folder is closed
to everyone else on this machine. The files in it can be read by all, since a container sees them with the owner and
the mode that they have here, and its user is another one.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Final

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o444
_BYTES: Final = 24

FILES: Final = {
    "postgres_password": "{postgres}",
    "elastic_password": "{elastic}",
    "index_password": "{index}",
    "kibana_password": "{kibana}",
    "kibana_key": "{key}",
    "grafana_password": "{grafana}",
    "ledger_url": "postgresql://yuqing:{postgres}@postgres:5432/yuqing",
    "index_url": "elasticsearch://yuqing:{index}@elasticsearch:9200/yuqing",
}
"""What is written, by file; a name in braces is the password of the file ``NAME_password``, or one of its own."""


def make(folder: Path) -> list[str]:
    """Write the files that are missing in *folder*; return their names. Addresses follow the passwords that are there."""
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    folder.chmod(_FOLDER_MODE)
    known = _Passwords(folder)
    missing = [name for name in FILES if not (folder / name).exists()]
    for name in missing:
        file = folder / name
        file.write_text(FILES[name].format_map(known), encoding="ascii")
        file.chmod(_FILE_MODE)
    return missing


class _Passwords(dict[str, str]):
    """The password of a name: the one in the folder, or a new one."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, name: str) -> str:
        file = self._folder / f"{name}_password"
        self[name] = file.read_text(encoding="ascii").strip() if file.exists() else secrets.token_hex(_BYTES)
        return self[name]


def main(folder: Path) -> None:
    made = make(folder)
    sys.stdout.write(f"{folder}: {' '.join(made) if made else '没有缺少的 / nothing was missing'}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
