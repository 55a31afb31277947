from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from learning.organisation.organisation_number import control_digit, normalise

eight_digits = st.text("0123456789", min_size=8, max_size=8)


@pytest.mark.parametrize("number", ["974760673", "889640782", "974 760 673", " 958935420\n"])
def test_real_numbers_are_right(number: str) -> None:
    # Brønnøysundregistrene, NAV and Oslo kommune
    assert normalise(number) == "".join(number.split())


@pytest.mark.parametrize(
    "number", ["", "12345678", "1234567890", "97476067a", "974760674", "９７４７６０６７３", "-74760673"]
)
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError):
        normalise(number)


@given(eight_digits)
def test_exactly_one_control_digit_fits_or_none(first: str) -> None:
    fitting = []
    for digit in "0123456789":
        try:
            fitting.append(normalise(first + digit))
        except ValueError:
            continue
    digit_wanted = control_digit(first)
    assert fitting == ([] if digit_wanted is None else [f"{first}{digit_wanted}"])


@given(eight_digits, st.integers(0, 7), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(first: str, place: int, other: str) -> None:
    digit = control_digit(first)
    assume(digit is not None and first[place] != other)
    with pytest.raises(ValueError):
        normalise(f"{first[:place]}{other}{first[place + 1 :]}{digit}")


@given(eight_digits, st.integers(0, 6))
def test_two_neighbours_swapped_are_always_found(first: str, place: int) -> None:
    digit = control_digit(first)
    swapped = first[:place] + first[place + 1] + first[place] + first[place + 2 :]
    assume(digit is not None and swapped != first)
    with pytest.raises(ValueError):
        normalise(f"{swapped}{digit}")


@given(st.text(max_size=30))
def test_any_text_is_answered(text: str) -> None:
    with suppress(ValueError):
        assert len(normalise(text)) == 9
