"""The duty desk's pipeline: what happens to a post between collection and a closed case."""

__version__ = "0.1.0"
