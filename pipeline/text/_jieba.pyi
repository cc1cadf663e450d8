from mmap import mmap

class Cutter:
    def __init__(
        self,
        listed: bytes | mmap,
        start: dict[str, float],
        trans: dict[str, dict[str, float]],
        emit: dict[str, dict[str, float]],
        words: list[str],
    ) -> None: ...
    def cut(self, text: str, /) -> list[str]: ...
    def cut_for_search(self, text: str, /) -> list[str]: ...
    def terms(self, text: str, /) -> str: ...
