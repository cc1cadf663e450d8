"""Compiles the innermost loops (``_*.c``) while the package is installed.

Each has a twin in Python that does the same more slowly, so a machine without a compiler gets a desk, too.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension

FLAGS = (
    ["-O3", "-fno-strict-aliasing", "-ffp-contract=off", "-Wall", "-Wextra"] if sysconfig.get_config_var("CC") else []
)
COMPILED = ["pipeline/**/*.so", "pipeline/**/*.pyd"]


class Compile(BuildHookInterface[Any]):
    """Puts a compiled module beside each C file, and in the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        sources = sorted(path.relative_to(root) for path in (root / "pipeline").rglob("_*.c"))
        headers = [str(path.relative_to(root)) for path in (root / "pipeline").rglob("*.h")]
        modules = [
            Extension(
                ".".join(path.with_suffix("").parts),
                [str(path)],
                depends=headers,
                optional=True,
                extra_compile_args=FLAGS,
            )
            for path in sources
        ]
        command = Distribution({"name": "yuqing", "ext_modules": modules}).get_command_obj("build_ext")
        command.inplace = True
        command.ensure_finalized()
        command.run()
        if any(found for ending in COMPILED for found in root.glob(ending)):
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
            build_data["artifacts"] += COMPILED
