"""Reading answers from forms, marking them, and what a browser may see before an answer."""

from __future__ import annotations

import json
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.activities.number import typed_number
from learning.activities.reflect import LONGEST_TEXT
from learning.activities.registry import Answer, Data, InvalidAnswer, Mark, activity_type
from tests.activities.blocks import EXAMPLES, SCORED, block, form_of, good, parse, right_form, wrong_form

DATA = {name: good(name) for name in EXAMPLES}
PARTIAL = good("order", partial="true")
POINTS = st.decimals(min_value=Decimal("0.5"), max_value=10, places=1)


def mark(name: str, form: dict[str, list[str]], most: Decimal = Decimal(1), data: Data | None = None) -> Mark:
    kind, data = activity_type(name), data or DATA[name]
    return kind.mark(data, kind.read(data, form), most)


# Marks


@pytest.mark.parametrize("name", SCORED)
@given(most=POINTS)
def test_everything_right_gives_all_points_and_nothing_right_gives_none(name: str, most: Decimal) -> None:
    best = mark(name, right_form(name, DATA[name]), most)
    assert (best.points, best.max_points, best.correct) == (most, most, True)
    if name != "single":  # there it tells of each option whether it is the right one
        assert all(best.right.values())
    worst = mark(name, wrong_form(name, DATA[name]), most)
    assert (worst.points, worst.correct) == (0, False)


@given(st.permutations(["goal", "assess", "decide"]), POINTS, st.booleans())
def test_an_order_is_marked_within_bounds(keys: list[str], most: Decimal, partial: bool) -> None:
    data = PARTIAL if partial else DATA["order"]
    found = activity_type("order").mark(data, {"order": keys}, most)
    assert found.points is not None
    assert 0 <= found.points <= most
    assert (found.points == most) == (keys == ["goal", "assess", "decide"]) == found.correct
    if not partial and not found.correct:
        assert found.points == 0


def test_neighbours_that_follow_rightly_count_when_an_order_is_partial() -> None:
    moved = activity_type("order").mark(PARTIAL, {"order": ["decide", "goal", "assess"]}, Decimal(1))
    assert moved.points == Decimal("0.5")
    assert moved.right == {"goal": False, "assess": False, "decide": False}


@pytest.mark.parametrize(
    ("choices", "points"),
    [
        (["treat", "stop"], "2"),
        (["treat"], "1"),
        (["treat", "accept"], "0"),
        (["treat", "stop", "accept"], "1"),
        (["accept"], "0"),
    ],
)
def test_wrong_ticks_take_from_right_ones_in_multiple(choices: list[str], points: str) -> None:
    found = mark("multiple", form_of(choices=choices), Decimal(2))
    assert found.points == Decimal(points)
    assert found.right["accept"] == ("accept" not in choices)


@given(st.sets(st.sampled_from(["accept", "treat", "stop"]), min_size=1), POINTS)
def test_multiple_is_marked_within_bounds(choices: set[str], most: Decimal) -> None:
    points = mark("multiple", form_of(choices=sorted(choices)), most).points
    assert points is not None
    assert 0 <= points <= most


def test_a_match_gives_the_share_of_right_rows_with_four_places() -> None:
    data = DATA["match"]
    form = right_form("match", data)
    form["row-pass"] = form["row-own"]
    found = mark("match", form)
    assert found.points == Decimal("0.6667")
    assert found.right == {"own": True, "pass": False, "hold": True}


@given(st.data())
def test_a_match_is_marked_within_bounds(drawn: st.DataObject) -> None:
    data = DATA["match"]
    tokens = st.sampled_from([right["token"] for right in data["rights"]])
    found = mark("match", {f"row-{row['key']}": [drawn.draw(tokens)] for row in data["rows"]})
    assert found.points is not None
    assert 0 <= found.points <= 1
    assert found.correct == (found.points == 1) == all(found.right.values())


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("1.5", True),
        ("1,5", True),
        ("1,25", True),
        ("1,75", True),
        ("1,76", False),
        ("1,5 alarms", True),
        ("-1,5", False),
    ],
)
def test_a_number_is_right_within_its_tolerance(typed: str, right: bool) -> None:
    assert mark("number", form_of(number=typed)).correct is right


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False))
def test_a_number_may_be_typed_with_comma_or_point(number: Decimal) -> None:
    text = f"{number:f}"
    for typed in (text, text.replace(".", ","), text.replace("-", "\u2212"), f" {text} %"):
        kept = typed_number(typed)
        assert kept is not None
        assert Decimal(kept) == number


@pytest.mark.parametrize("typed", ["", "one", "1.2.3", "1e5", "nan", "--1", "٣", "1" * 30])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAnswer):
        mark("number", form_of(number=typed))


def test_spaces_between_thousands_are_understood() -> None:
    assert typed_number("12\u00a0500,5 kr", "kr") == "12500.5"


@pytest.mark.parametrize("name", SCORED)
@pytest.mark.parametrize(
    "answer", [{}, {"choice": 1}, {"choices": "x"}, {"order": None}, {"rows": []}, {"number": None}]
)
def test_an_answer_from_an_earlier_version_is_marked_without_failing(name: str, answer: Answer) -> None:
    assert activity_type(name).mark(DATA[name], answer, Decimal(1)).points == 0


# What the browser sees


@pytest.mark.parametrize("name", SCORED)
@given(seed=st.integers())
def test_nothing_public_gives_the_answer_away(name: str, seed: int) -> None:
    public = activity_type(name).public(DATA[name], Random(seed))
    text = json.dumps(public)
    for secret in ("feedback", "explanation", '"right"', "true", "1.5", "solution"):
        assert secret not in text
    assert public["stem"]


def test_the_order_shown_is_never_the_right_one() -> None:
    kind = activity_type("order")
    for seed in range(200):
        assert [step["key"] for step in kind.public(DATA["order"], Random(seed))["steps"]] != [
            "goal",
            "assess",
            "decide",
        ]


def test_the_rights_of_a_match_do_not_carry_the_keys_of_their_rows() -> None:
    public = activity_type("match").public(DATA["match"], Random(1))
    keys = {row["key"] for row in public["rows"]}
    assert len(public["rights"]) == 3
    assert not keys & {right["token"] for right in public["rights"]}


@given(st.integers())
def test_options_are_shuffled_for_each_learner_unless_fixed(seed: int) -> None:
    kind = activity_type("single")
    shown = [option["key"] for option in kind.public(DATA["single"], Random(seed))["options"]]
    again = [option["key"] for option in kind.public(DATA["single"], Random(seed))["options"]]
    assert shown == again
    assert sorted(shown) == ["accept", "stop", "treat"]
    fixed = kind.public(good("single", fixed="true"), Random(seed))["options"]
    assert [option["key"] for option in fixed] == ["accept", "treat", "stop"]


def test_comments_of_a_scenario_stay_hidden_until_an_ending() -> None:
    kind, data = activity_type("scenario"), DATA["scenario"]
    public = kind.public(data, Random(1))
    assert "comment-" not in json.dumps(public)
    assert "It stalls" not in json.dumps(public)
    assert "comment-" not in json.dumps(kind.shown_answer(data, {"road": ["p1.ask"]}))
    debrief = json.dumps(kind.shown_answer(data, {"road": ["p1.ask", "p2.small"]}))
    assert all(comment in debrief for comment in ("comment-ask", "comment-p1", "comment-end", "It stalls"))
    taken = [{name: part for name, part in step.items() if name != "others"} for step in json.loads(debrief)["past"]]
    assert "comment-no" not in json.dumps(taken)
    assert json.loads(debrief)["past"][0]["others"] == [{"html": "Not now", "comment": "<p>comment-no</p>"}]


# Translations


def _translated(text: str) -> str:
    words = {"stem": "stamme", "Accept": "Godta", "Goal": "Mål", "Keep the risk": "Behold", "I can": "Jeg kan",
             "Five": "Fem", "this happens": "dette skjer", "How did it go": "Hvordan gikk det", "A caption": "Tekst",
             "Talk": "Snakk", "think": "mener", "No,": "Nei,", "feedback": "svar"}  # fmt: skip
    for word, other in words.items():
        text = text.replace(word, other)
    return text


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_other_words_keep_the_shape(name: str) -> None:
    text, options = EXAMPLES[name]
    source = block(name, text, **options)
    kind = activity_type(name)
    translated, report = parse(block(name, _translated(text), source=source))
    assert report.errors == []
    assert kind.shape(translated) == kind.shape(DATA[name])


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("single", "`accept`", "`agree`"),
        ("multiple", "- [ ] `accept`", "- [x] `accept`"),
        ("order", "1. `goal` Goal\n2. `assess` Assess", "1. `assess` Assess\n2. `goal` Goal"),
        ("match", "| hold | Endure | Keep the risk |", "| hold | Endure | Insure it |"),
        ("scenario", "(#end-stalled)", "(#p2)"),
        ("sheet", "{no: No, yes: Yes}", "{no: No, si: Yes}"),
        ("sheet", "type: number", "type: text"),
        ("plan", "{date:", "{when:"),
        ("scale", "`explain`", "`tell`"),
    ],
)
def test_another_structure_changes_the_shape(name: str, old: str, new: str) -> None:
    text, options = EXAMPLES[name]
    assert old in text
    changed, _ = parse(block(name, text.replace(old, new), **options))
    kind = activity_type(name)
    assert kind.shape(changed) != kind.shape(DATA[name])


# Reading


_NAMES = st.sampled_from(
    ["choice", "choices", "number", "text", "road", "earlier", "restart", "step-goal", "step-assess", "step-decide",
     "row-own", "row-pass", "row-hold", "cell-0-goal", "cell-0-cost", "cell-1-due", "cell-2-likelihood",
     "slot-situation", "slot-date", "statement-explain", "statement-escalate"]
)  # fmt: skip
_SENT = st.one_of(
    st.sampled_from(["accept", "treat", "1", "2", "3", "p1.ask", "p2.small", "p1.no", "no", "2027-03-01", "²", "\x00"]),
    st.text(max_size=20),
    st.text(alphabet=st.characters(codec=None), max_size=5),  # lone surrogates too
)
FORMS = st.dictionaries(_NAMES, st.lists(_SENT, max_size=3), max_size=8)


@given(name=st.sampled_from(sorted(EXAMPLES)), form=FORMS)
def test_any_form_gives_an_answer_or_is_refused(name: str, form: dict[str, list[str]]) -> None:
    kind, data = activity_type(name), DATA[name]
    try:
        answer = kind.read(data, form)
    except InvalidAnswer:
        return
    stored = json.dumps(answer, ensure_ascii=False).encode()  # would fail on what no database can keep
    assert b"\\u0000" not in stored
    found = kind.mark(data, answer, Decimal(1))
    json.dumps(kind.shown_answer(data, answer))
    assert kind.is_finished(data, answer) in (True, False)
    assert (found.points is not None) == kind.scored


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_empty_form_is_refused(name: str) -> None:
    with pytest.raises(InvalidAnswer):
        activity_type(name).read(DATA[name], {})


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("single", form_of(choice="nothing-known")),
        ("multiple", form_of(choices=["nothing-known"])),
        ("order", form_of(step_goal="1", step_assess="1", step_decide="2")),
        ("match", form_of(row_own="own", row_pass="pass", row_hold="hold")),
        ("scale", form_of(statement_explain="6", statement_escalate="1")),
        ("scale", form_of(statement_explain="1")),
        ("sheet", form_of(cell_0_due="1 March")),
        ("sheet", form_of(cell_0_cost="much")),
        ("sheet", form_of(cell_0_likelihood="maybe")),
        ("sheet", form_of(cell_7_goal="Beyond the rows")),
        ("reflect", form_of(text=" \n ")),
        ("plan", form_of(slot_situation=" ")),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, form: dict[str, list[str]]) -> None:
    with pytest.raises(InvalidAnswer):
        activity_type(name).read(DATA[name], form)


def test_a_refused_answer_keeps_the_words_that_were_sent() -> None:
    kind = activity_type("sheet")
    with pytest.raises(InvalidAnswer, match="Row 2, Due") as refusal:
        kind.read(DATA["sheet"], form_of(cell_0_goal="Safe nights", cell_1_due="soon"))
    assert refusal.value.draft == {"rows": [{"goal": "Safe nights"}, {"due": "soon"}, {}]}  # type: ignore[attr-defined]


def test_a_reflection_has_a_longest_length() -> None:
    kind = activity_type("reflect")
    assert kind.read({}, form_of(text="x" * LONGEST_TEXT)) == {"text": "x" * LONGEST_TEXT}
    with pytest.raises(InvalidAnswer):
        kind.read({}, form_of(text="x" * (LONGEST_TEXT + 1)))


def test_a_sheet_is_finished_when_enough_rows_are_complete() -> None:
    kind, data = activity_type("sheet"), DATA["sheet"]
    row: dict[str, Any] = {"goal": "Safe nights", "likelihood": "no", "cost": "1 200,5", "due": "2027-03-01"}
    form = {f"cell-{place}-{key}": [text] for place in (0, 2) for key, text in row.items()}
    answer = kind.read(data, form)
    assert answer["rows"] == [{**row, "cost": "1200.5"}] * 2
    assert kind.is_finished(data, answer)
    assert kind.mark(data, answer, Decimal(0)).solution == {"complete": 2, "wanted": 2}
    del form["cell-2-due"]
    assert not kind.is_finished(data, kind.read(data, form))


def test_a_plan_is_finished_when_every_slot_is_filled() -> None:
    kind, data = activity_type("plan"), DATA["plan"]
    begun = kind.read(data, form_of(slot_situation="the alarm is late"))
    assert not kind.is_finished(data, begun)
    whole = kind.read(data, form_of(slot_situation="the alarm is late", slot_action="call", slot_date="Monday"))
    assert kind.is_finished(data, whole)


# Scenarios


def _walk(*choices: str) -> Answer:
    kind, data = activity_type("scenario"), DATA["scenario"]
    answer: Answer = {"road": []}
    for choice in choices:
        form = {"road": answer["road"], "earlier": answer.get("earlier", [])}
        form |= {"restart": ["1"]} if choice == "restart" else {"choice": [choice]}
        answer = kind.read(data, form)
    return answer


def test_a_scenario_is_walked_to_its_ending() -> None:
    kind, data = activity_type("scenario"), DATA["scenario"]
    assert not kind.is_finished(data, None)
    assert not kind.is_finished(data, _walk("p1.ask"))
    assert kind.is_finished(data, _walk("p1.ask", "p2.back", "p1.ask", "p2.small"))


def test_starting_over_after_an_ending_does_not_undo_it() -> None:
    kind, data = activity_type("scenario"), DATA["scenario"]
    assert not kind.is_finished(data, _walk("p1.ask", "restart"))
    assert kind.is_finished(data, _walk("p1.no", "restart"))
    assert kind.is_finished(data, _walk("p1.no", "restart", "p1.ask"))
    assert kind.shown_answer(data, _walk("p1.no", "restart"))["past"] == []


def test_a_road_cannot_be_made_up() -> None:
    kind, data = activity_type("scenario"), DATA["scenario"]
    for form in (form_of(choice="p2.small"), form_of(road=["p2.small"], choice="p1.ask")):
        with pytest.raises(InvalidAnswer):
            kind.read(data, form)
    claimed = kind.read(data, form_of(earlier=["p2.small"], choice="p1.ask"))
    assert not kind.is_finished(data, claimed)


def test_a_road_that_goes_round_and_round_has_an_end() -> None:
    round_and_round = ["p1.ask", "p2.back"] * 100
    with pytest.raises(InvalidAnswer):
        activity_type("scenario").read(DATA["scenario"], form_of(road=round_and_round, choice="p1.ask"))
