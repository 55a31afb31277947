"""The kinds of activity in a course: each one's syntax, what a browser may see of it, and its marking.

One module and one template a type. Importing this package imports every module in it, so a type is known as soon
as its file is here. Its face is ``registry`` (``activity_type``, ``all_types``). Shared pieces are named after what
they read: ``block_options``, ``option_lists``, ``tables``, ``prose_pieces``, ``yaml_fences``, ``sheet_columns``,
``answer_forms``; ``marking`` holds the arithmetic.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
