from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from learning.paths import forms
from learning.paths.building import PathDraft, StepDraft
from learning.paths.due_dates import DueRule
from learning.paths.models import DueKind

pytestmark = pytest.mark.one_database
TODAY = date(2026, 11, 24)
WORDS = st.text(max_size=20) | st.sampled_from(
    ["1", "2", "0", "-1", "9" * 30, "２", "fixed", "2026-11-23", "1e3", "none"]
)
SOME_FIELDS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "title",
                "course",
                "place-1",
                "kind-1",
                "path",
                "unit",
                "level",
                "due_kind",
                "due_on",
                "days_after_assignment",
                "days_after_position",
            ]
        ),
        WORDS,
    ),
    max_size=15,
)
MANY = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(fields=SOME_FIELDS)
def test_whatever_is_sent_is_read_or_refused(app: Flask, fields: list[tuple[str, str]]) -> None:
    with app.test_request_context():
        draft, faults = forms.read_path(MultiDict(fields), [1, 2])
        assert faults or (draft.title and {step.course_id for step in draft.steps} <= {1, 2})
        assignment, faults = forms.read_assignment(MultiDict(fields), [1], [1, 2], TODAY)
        if not faults:
            assert assignment.path_id == 1
            assert {choice.unit_id for choice in assignment.audience.units} <= {1, 2}
            assert assignment.due.on is None or assignment.due.on >= TODAY


@MANY
@given(kind=st.sampled_from(DueKind), on=st.dates(TODAY, TODAY + timedelta(days=4000)), days=st.integers(1, 1826))
def test_a_due_rule_survives_the_form(app: Flask, kind: DueKind, on: date, days: int) -> None:
    relative = kind in (DueKind.AFTER_ASSIGNMENT, DueKind.AFTER_POSITION_START)
    rule = DueRule(kind, on if kind is DueKind.FIXED else None, days if relative else None)
    with app.test_request_context():
        assert forms.read_due(forms.due_fields(rule), TODAY) == (rule, [])


@MANY
@given(
    chosen=st.sampled_from(DueKind),
    filled=st.sampled_from(["due_on", "days_after_assignment", "days_after_position"]),
)
def test_a_field_under_another_choice_is_never_dropped_in_silence(app: Flask, chosen: DueKind, filled: str) -> None:
    written = "2027-03-01" if filled == "due_on" else "30"
    with app.test_request_context():
        rule, faults = forms.read_due(MultiDict({"due_kind": chosen.value, filled: written}), TODAY)
    own = {DueKind.FIXED: "due_on", **forms.DAYS_FIELDS}.get(chosen)
    if own == filled:
        assert not faults
        assert rule.kind is chosen
    else:
        assert filled in {fault.field for fault in faults}


def test_what_the_form_was_filled_with_is_not_taken_for_a_wish(app: Flask) -> None:
    before = DueRule(DueKind.FIXED, on=date(2027, 3, 1))
    with app.test_request_context():
        fields = MultiDict({**forms.due_fields(before), "due_kind": "none"})
        assert forms.read_due(fields, TODAY, before) == (DueRule(DueKind.NONE), [])
        fields["due_on"] = "2027-03-02"
        assert [fault.field for fault in forms.read_due(fields, TODAY, before)[1]] == ["due_on"]


@MANY
@given(steps=st.permutations([1, 2, 3, 4]), mandatory=st.lists(st.booleans(), min_size=4, max_size=4))
def test_a_path_survives_the_form(app: Flask, steps: list[int], mandatory: list[bool]) -> None:
    draft = PathDraft("A path", "", tuple(StepDraft(*pair) for pair in zip(steps, mandatory, strict=True)))
    with app.test_request_context():
        assert forms.read_path(forms.path_fields(draft), [1, 2, 3, 4]) == (draft, [])


def test_places_order_the_courses_and_those_without_one_come_last(app: Flask) -> None:
    fields = MultiDict(
        [
            ("title", "T"),
            ("course", "1"),
            ("course", "2"),
            ("course", "3"),
            ("place-1", ""),
            ("place-2", "7"),
            ("place-3", "7"),
        ]
    )
    with app.test_request_context():
        draft, faults = forms.read_path(fields, [1, 2, 3])
    assert (faults, [step.course_id for step in draft.steps]) == ([], [2, 3, 1])
