from __future__ import annotations

import pytest
from pydantic import ValidationError

from crawlers.options import Options


class Small(Options):
    every: int = 1


def test_an_option_that_does_not_exist_is_refused_and_none_changes_later() -> None:
    with pytest.raises(ValidationError, match="evry"):
        Small.model_validate({"evry": 2})
    with pytest.raises(ValidationError, match="frozen"):
        Small().every = 2  # type: ignore[misc] # that it is refused is the point
