from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from crawlers.webaddress import WebAddress

ADDRESS: TypeAdapter[str] = TypeAdapter(WebAddress)


@pytest.mark.parametrize("url", ["https://a.example/rss", "http://10.1.2.3:9000/"])  # whether it is ours is asked later
def test_an_address_of_the_web_is_kept_as_written(url: str) -> None:
    assert ADDRESS.validate_python(url) == url


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "a.example", "file:///etc/passwd", "https://u:p@a.example/", "http://[1/"]
)
def test_anything_else_is_refused_in_two_languages(url: str) -> None:
    with pytest.raises(ValidationError, match=" / not an http or https address"):
        ADDRESS.validate_python(url)
