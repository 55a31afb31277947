"""Formulas of computed columns: + - * / and parentheses over the columns' numbers.

Read by the ``ast`` module and walked, never evaluated as Python.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from operator import add, mul, sub, truediv
from typing import Any

LONGEST = 200  # characters
_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
}


class FaultyFormula(ValueError):
    """The formula holds something else than column keys, whole numbers, + - * / and parentheses."""


def _tree(formula: str) -> ast.expr:
    if len(formula) > LONGEST:
        raise FaultyFormula(f"longer than {LONGEST} characters")
    try:
        # A key may hold hyphens; Python's names may not. A minus sign stands between spaces.
        return ast.parse(_as_names(formula), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        raise FaultyFormula("not a sum of columns and numbers") from fault


def _as_names(formula: str) -> str:
    return " ".join(
        word.replace("-", "_") if word[:1].isalpha() or word[:1] == "(" else word for word in formula.split()
    )


def _walk(node: Any, numbers: Callable[[str], Decimal]) -> Decimal:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_walk(node.left, numbers), _walk(node.right, numbers))
    if isinstance(node, ast.Name):
        return numbers(node.id)
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return Decimal(node.value)
    raise FaultyFormula("not a sum of columns and numbers")


def names_in(formula: str) -> set[str]:
    """The column keys that a formula uses, with ``_`` for ``-``. Raises FaultyFormula."""
    found: set[str] = set()
    waiting: list[ast.expr] = [_tree(formula)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
            waiting += [node.left, node.right]
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif not (isinstance(node, ast.Constant) and type(node.value) is int):
            raise FaultyFormula("not a sum of columns and numbers")
    return found


def compute(formula: str, numbers: Mapping[str, Decimal]) -> str | None:
    """The result with at most two decimals and a point; None when a number is missing or there is none (x / 0)."""
    by_name = {key.replace("-", "_"): number for key, number in numbers.items()}
    try:
        result = _walk(_tree(formula), lambda name: by_name[name])
        rounded = round(result, 2)
    except (KeyError, FaultyFormula, ArithmeticError, InvalidOperation, RecursionError):
        return None
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
