"""A source that sends to us: signed posts to ``POST /v1/ingest/<source id>``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from crawlers import Outcome, Visit
from crawlers.options import Options
from pipeline.errors import Fault, Misconfigured
from pipeline.model import Access

SHORTEST_SECRET = 16  # bytes
_NEVER = timedelta(days=1)


class Push(Options):
    """由对方推送：带签名的 POST /v1/ingest/来源编号（本系统不去抓取）。 The other side sends signed posts to us."""

    name: ClassVar[str] = "push"
    access: ClassVar[Access] = Access.IMPORT

    secret_file: Path | None = Field(
        default=None,
        description="存放共同密钥的文件，相对路径从数据目录算起 / file of the shared secret; a relative path counts from the data folder",
    )
    secret_env: str = Field(default="", description="或存放密钥的环境变量 / or the environment variable that holds it")
    home: Path | None = None

    def fetch(self, cursor: str, now: datetime) -> Visit:
        return Visit(outcome=Outcome.QUIET, cursor=cursor, next_in=_NEVER)

    def secret(self, source_id: str, environ: Mapping[str, str] | None = None) -> bytes:
        """Return the shared secret. Raises Misconfigured if there is none, or one that can be guessed."""
        words = os.environ if environ is None else environ
        if self.secret_file:
            secret = self._from_file(self.secret_file, source_id)
        else:
            secret = words.get(self.secret_env, "").strip().encode()
        if len(secret) < SHORTEST_SECRET:
            zh = f"推送来源要有至少 {SHORTEST_SECRET} 个字符的密钥：写 secret_file 或 secret_env"
            raise _wrong(source_id, zh, f"a push source needs a secret of {SHORTEST_SECRET} characters or more")
        return secret

    def _from_file(self, file: Path, source_id: str) -> bytes:
        try:
            return ((self.home or Path()) / file).read_bytes().strip()
        except OSError as error:
            zh = f"密钥文件 {file} 读不出来：{error.strerror}"
            raise _wrong(source_id, zh, f"cannot read the secret file {file}: {error.strerror}") from error


def _wrong(source_id: str, zh: str, en: str) -> Misconfigured:
    return Misconfigured([Fault(f"sources.{source_id}", zh, en)])
