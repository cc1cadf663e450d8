"""Rule files: read, checked, and turned into rules that match and detect understand."""

from pipeline.rulebook.examples import ExampleResult, run_examples
from pipeline.rulebook.expression import Expression, ExpressionError
from pipeline.rulebook.read import SHIPPED, Rulebook, check
from pipeline.rulebook.rule import (
    Condition,
    Example,
    LevelIf,
    Near,
    Rule,
    RuleType,
    Status,
    TextCondition,
    Where,
)
from pipeline.rulebook.template import Template, TemplateError

__all__ = [
    "SHIPPED", "Condition", "Example", "ExampleResult", "Expression", "ExpressionError", "LevelIf", "Near", "Rule",
    "RuleType", "Rulebook", "Status", "Template", "TemplateError", "TextCondition", "Where", "check", "run_examples",
]  # fmt: skip
