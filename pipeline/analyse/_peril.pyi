from pipeline.analyse.peril import Weights

def stretches(
    texts: list[str], weights: Weights, bits: int, least: int, stretch: int, /
) -> list[tuple[int, int] | None]: ...
