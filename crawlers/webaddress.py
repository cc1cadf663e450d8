"""An option that is the address of a page or a feed."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from crawlers.addresses import refusal


def _web_address(url: str) -> str:
    if why := refusal(url, private=True):
        raise ValueError(f"{why} / not an http or https address")
    return url


WebAddress = Annotated[str, AfterValidator(_web_address)]
