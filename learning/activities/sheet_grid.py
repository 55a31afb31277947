"""A sheet's rows drawn in a grid of two choices: a risk matrix, a stakeholder map. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from learning.activities.registry import Data


def draw(data: Data, rows: Sequence[dict[str, Any]]) -> Data | None:
    """The grid, or None when the sheet has none.

    ``across`` and ``up`` are the labels of the axes; ``columns`` the options along x, left to right; ``lines`` one for
    each option of y, the last option first (highest at the top), each ``label`` and ``cells``. A cell has ``texts``
    (the rows that fall there, with their numbers from 1) and ``heat``: 0 to 4, how high it lies on both axes
    together, or None without a tone. Rows that lack a choice stand in no cell.
    """
    grid = data.get("matrix")
    if not grid:
        return None
    columns = {column["key"]: column for column in data["columns"]}
    x, y = columns[grid["x"]], columns[grid["y"]]
    highest = max(len(x["options"]) + len(y["options"]) - 2, 1)
    lines = []
    for up, across_y in reversed(list(enumerate(y["options"]))):
        cells = []
        for right, across_x in enumerate(x["options"]):
            texts = [
                f"{number}. {row.get(grid['label']) or '…'}"
                for number, row in enumerate(rows, start=1)
                if row.get(grid["x"]) == across_x["key"] and row.get(grid["y"]) == across_y["key"]
            ]
            heat = round(4 * (up + right) / highest) if grid["tone"] == "risk" else None
            cells.append({"texts": texts, "heat": heat})
        lines.append({"label": across_y["label"], "cells": cells})
    return {
        "across": x["label"],
        "up": y["label"],
        "columns": [option["label"] for option in x["options"]],
        "lines": lines,
    }
