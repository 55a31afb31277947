"""What can be wrong with a file of people. The sentences are in ``wording``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    # The file as a whole
    EMPTY_FILE = "empty-file"
    UNREADABLE = "unreadable"
    BROKEN_QUOTES = "broken-quotes"
    TOO_MANY_ROWS = "too-many-rows"
    NO_ROWS = "no-rows"
    NO_HEADER = "no-header"
    MISSING_COLUMN = "missing-column"
    DUPLICATE_COLUMN = "duplicate-column"
    # A row by itself
    TOO_MANY_CELLS = "too-many-cells"
    CONTROL_CHARACTER = "control-character"
    UNREADABLE_CHARACTER = "unreadable-character"
    TOO_LONG = "too-long"
    MISSING_EMAIL = "missing-email"
    BAD_EMAIL = "bad-email"
    MISSING_UNIT = "missing-unit"
    MISSING_LEVEL = "missing-level"
    UNKNOWN_LEVEL = "unknown-level"
    UNKNOWN_LANGUAGE = "unknown-language"
    BAD_DATE = "bad-date"
    UNLIKELY_DATE = "unlikely-date"
    END_BEFORE_START = "end-before-start"
    TAG_TOO_LONG = "tag-too-long"
    # Rows beside each other
    ADDRESS_TWICE = "address-twice"
    NUMBER_TWICE = "number-twice"
    DIFFERENT_LANGUAGE = "different-language"
    UNIT_TWICE = "unit-twice"
    # Rows beside what is known
    UNKNOWN_UNIT = "unknown-unit"
    AMBIGUOUS_UNIT = "ambiguous-unit"
    MISSING_NAME = "missing-name"
    OUTSIDE_AGENCY = "outside-agency"
    NUMBER_AND_EMAIL = "number-and-email"
    TWO_ADDRESSES = "two-addresses"
    NOT_OURS_TO_CHANGE = "not-ours-to-change"
    HAS_A_ROLE = "has-a-role"
    START_TOO_FAR = "start-too-far"
    POSITION_OVERLAPS = "position-overlaps"
    UNCLEAR_MOVE = "unclear-move"
    OWN_MANAGER = "own-manager"
    UNKNOWN_MANAGER = "unknown-manager"
    MANAGER_NOT_HERE = "manager-not-here"
    MANAGER_CIRCLE = "manager-circle"


@dataclass(frozen=True)
class Fault:
    """Something to mend. ``row`` counts from 1, the header with it, as a spreadsheet does; 0 for the whole file.

    ``column`` is one of ``columns.Column``, or the file's own name for it, or empty; ``values`` fill the sentence.
    """

    row: int
    column: str
    kind: Kind
    values: Mapping[str, str] = field(default_factory=dict)
