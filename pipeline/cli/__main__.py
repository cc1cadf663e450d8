"""``python -m pipeline.cli`` is ``yuqing``."""

from pipeline.cli import main

main()
