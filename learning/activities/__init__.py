"""The kinds of activity in a course: each one's syntax, what a browser may see of it, and its marking.

One module and one template a type; importing this package registers them all. Its face is ``registry``
(``activity_type``, ``all_types``). Shared pieces are named after what they read: ``block_options``,
``option_lists``, ``tables``, ``prose_pieces``, ``sheet_columns``, ``answer_forms``; ``marking`` holds the arithmetic.

``video`` of the course format is not here yet.
"""

from learning.activities import (
    figure,
    guide,
    match,
    multiple,
    number,
    order,
    plan,
    reflect,
    scale,
    scenario,
    sheet,
    single,
)

__all__ = [
    "figure",
    "guide",
    "match",
    "multiple",
    "number",
    "order",
    "plan",
    "reflect",
    "scale",
    "scenario",
    "sheet",
    "single",
]
