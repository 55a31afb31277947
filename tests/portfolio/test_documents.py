"""The record as JSON, and the reading of files that people bring."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.portfolio.document import canonical
from learning.portfolio.reading import LARGEST, Unreadable, read_tokens

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
TOKEN = st.from_regex(r"[A-Za-z0-9_-]{1,9}\.[A-Za-z0-9_-]{1,9}\.[A-Za-z0-9_-]{1,9}", fullmatch=True)


@given(VALUES)
def test_canonical_json_says_the_same_and_is_one_text_for_one_value(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_names_makes_no_difference(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(st.lists(TOKEN, min_size=1, max_size=5, unique=True))
def test_badges_are_read_from_json_and_from_zip_each_once(tokens: list[str]) -> None:
    portfolio = json.dumps({"openBadges": tokens})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("portfolio.json", portfolio)
        for number, each in enumerate(tokens):
            archive.writestr(f"badges/{number}.jwt", each)
    assert read_tokens(portfolio.encode()) == read_tokens(out.getvalue()) == tokens
    assert read_tokens(tokens[0].encode()) == tokens[:1]


@given(st.binary(max_size=300), st.booleans())
def test_anything_else_is_refused_in_words(data: bytes, as_zip: bool) -> None:
    with contextlib.suppress(Unreadable):
        read_tokens(b"PK" + data if as_zip else data)


def test_a_zip_that_unpacks_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("portfolio.json", b" " * (LARGEST + 1))
    with pytest.raises(Unreadable, match="large"):
        read_tokens(out.getvalue())
