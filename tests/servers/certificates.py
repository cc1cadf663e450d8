"""An authority of our own that vouches for servers on loopback."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.servers.obtain import a_program

DAYS = "2"


class Authority:
    """Signs certificates for 127.0.0.1 and localhost; clients trust it by the file ``ca``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ca = folder / "ca.pem"
        self._key = folder / "ca.key"
        _openssl("-x509", "-subj", "/CN=yuqing tests", "-keyout", self._key, "-out", self.ca)

    def issue(self, name: str) -> tuple[Path, Path]:
        """Return the files of a new certificate and of its key, both PEM."""
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        signed: list[str | Path] = ["-x509", "-CA", self.ca, "-CAkey", self._key, "-subj", f"/CN={name}"]
        names = [
            "-addext",
            "subjectAltName=IP:127.0.0.1,DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ]
        _openssl(*signed, *names, "-keyout", key, "-out", certificate)
        return certificate, key


def _openssl(*words: str | Path) -> None:
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", DAYS]
    command = [str(a_program("openssl", "openssl")), "req", *kind, *map(str, words)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
