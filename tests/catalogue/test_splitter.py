"""A file falls into front matter, prose and blocks, with the line numbers that its author sees."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.activities.registry import Line, RawBlock
from learning.catalogue.splitter import CodeFence, parse_options, split


@dataclass
class Told:
    """A reporter that remembers."""

    errors: list[tuple[int, str]] = field(default_factory=list)

    def error(self, line: int, message: str, mend: str) -> None:
        self.errors.append((line, message))

    def warning(self, line: int, message: str, mend: str) -> None:
        raise AssertionError("the splitter warns of nothing")


def body(text: str) -> tuple[list[list[Line] | RawBlock], list[tuple[int, str]]]:
    told = Told()
    return split("---\ntitle: T\n---\n" + text, told).parts, told.errors


def test_prose_and_blocks_keep_their_lines() -> None:
    parts, errors = body("Before.\n\n::: single kc-a {outcome=o1 fixed}\n\nStem\n\n:::\nAfter.\n")
    assert errors == []
    prose, block, after = parts
    assert isinstance(prose, list)
    assert prose[0] == Line(4, "Before.")
    assert isinstance(block, RawBlock)
    assert (block.type, block.id, block.options) == ("single", "kc-a", {"outcome": "o1", "fixed": "true"})
    assert block.line == 6
    assert Line(8, "Stem") in block.body
    assert isinstance(after, list)
    assert after[0] == Line(11, "After.")


def test_an_outer_fence_holds_inner_ones() -> None:
    parts, errors = body(":::: guide g-a\n\n::: single kc-a\n:::\n\n::::\n")
    assert errors == []
    (block,) = parts
    assert isinstance(block, RawBlock)
    assert [line.text for line in block.body if line.text] == ["::: single kc-a", ":::"]


@pytest.mark.parametrize(("fence", "inner"), [("```", "~~~"), ("~~~", "```"), ("````", "```")])
def test_colons_in_code_are_code(fence: str, inner: str) -> None:
    parts, errors = body(f"{fence}\n::: single kc-a\n{inner}\n:::\n{fence}\n\nText\n")
    assert errors == []
    assert len(parts) == 1


def test_a_block_that_is_not_closed_is_kept() -> None:
    parts, errors = body("::: reflect r-a\n\nWhy?\n\n::: reflect r-b\n\nHow?\n")
    assert [part.id for part in parts if isinstance(part, RawBlock)] == ["r-a", "r-b"]
    assert errors == [
        (4, "The block r-a is not closed before the next begins."),
        (8, "The block r-b is not closed."),
    ]


def test_options() -> None:
    told = Told()
    assert parse_options('a=1 b="two words" flag c=x-y', 3, told) == {
        "a": "1",
        "b": "two words",
        "flag": "true",
        "c": "x-y",
    }
    assert told.errors == []


def test_a_code_span_at_the_start_of_a_line_opens_no_fence() -> None:
    assert not CodeFence().holds("```not a fence```")


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:`~{}= \n-#\"'"), max_size=200))
def test_nothing_is_lost_and_nothing_raises(text: str) -> None:
    """Every line lands in one place at most, in order; what a header could not say is reported."""
    parts, errors = body(text)
    numbers: list[int] = []
    for part in parts:
        numbers += (
            [part.line, *(line.number for line in part.body)]
            if isinstance(part, RawBlock)
            else [line.number for line in part]
        )
    assert numbers == sorted(set(numbers))
    if not errors:
        lines = text.split("\n")
        kept = {number - 4 for number in numbers}
        for place, line in enumerate(lines):
            assert place in kept or not line.strip() or line.strip(" :") == ""
