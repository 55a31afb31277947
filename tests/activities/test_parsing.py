"""Every fault of a block is told with its line in the file, and parsing never raises."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.activities.registry import activity_type
from learning.activities.tables import split_cells
from tests.activities.blocks import EXAMPLES, FIRST_LINE, OPTIONS, PLAN, SCENARIO, SHEET, block, good, parse

SINGLE = OPTIONS.format(second=" ")
HEADER = FIRST_LINE - 1
MATCH = EXAMPLES["match"][0]
ORDER = EXAMPLES["order"][0]
NUMBER = {"answer": "1.5", "tolerance": "0.25"}
ANCHORS = {"anchors": "Not at all|Completely"}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_of_every_type_is_without_faults_and_can_be_stored(name: str) -> None:
    data = good(name)
    assert json.loads(json.dumps(data)) == data
    assert activity_type(name).words(data) > 0


FAULTS = [
    # type, text, options, line of the fault within the body (0: the header), words of the message
    ("single", SINGLE.replace("[x]", "[ ]"), {}, 0, "no right options"),
    ("single", OPTIONS.format(second="x"), {}, 0, "2 right options"),
    ("single", SINGLE.replace("  > feedback-treat\n", ""), {}, 5, "no feedback"),
    ("single", SINGLE.replace("  > feedback-treat", "> feedback-treat"), {}, 6, "indented"),
    ("single", SINGLE.replace("`stop`", "`treat`"), {}, 7, "line 15 already"),
    ("single", SINGLE.replace("`stop`", "`Stop!`"), {}, 7, "cannot be a key"),
    ("single", SINGLE.replace("`stop` ", ""), {}, 7, "no key"),
    ("single", SINGLE.replace("- [ ] `stop`", "- `stop`"), {}, 7, "option of the list"),
    ("single", SINGLE.replace("- [ ] `stop`", "  - [ ] `stop`"), {}, 7, "indented"),
    ("single", SINGLE.replace("  > over two", "  over two"), {}, 9, "does not begin with >"),
    ("single", SINGLE.replace("> explanation", "explanation"), {}, 11, "belongs nowhere"),
    ("single", "The stem.", {}, 0, "no options"),
    ("single", "\n".join(SINGLE.splitlines()[2:]), {}, 0, "no question"),
    ("multiple", SINGLE.replace("[x]", "[ ]"), {}, 0, "no right option"),
    ("number", "How many?\n\n> Why.", {}, 0, "no answer"),
    ("number", "How many?\n\n> Why.", {"answer": "1,5"}, 0, "'1,5'"),
    ("number", "How many?\n\n> Why.", {"answer": "1e3"}, 0, "no decimal number"),
    ("number", "How many?\n\n> Why.", {"answer": "1", "tolerance": "-1"}, 0, "negative"),
    ("number", "How many?", NUMBER, 0, "no explanation"),
    ("number", "> Why.", NUMBER, 0, "no question"),
    ("order", ORDER.replace("3. `decide` Decide\n", ""), {}, 0, "2 steps"),
    ("order", ORDER.replace("`decide`", "`goal`"), {}, 5, "already"),
    ("order", ORDER.replace("> explanation-of-all", ""), {}, 0, "no explanation"),
    ("order", ORDER.replace("3. `decide` Decide", "3. `decide` Decide\n  > So."), {}, 5, "no feedback of its own"),
    ("match", MATCH.replace("| key |", "| id |"), {}, 3, "header"),
    ("match", MATCH.replace("| pass |", "| own |"), {}, 6, "already"),
    ("match", MATCH.replace("| pass | Share | Insure it |", "| pass | Share |"), {}, 6, "2 cells"),
    ("match", MATCH.replace("Insure it", ""), {}, 6, "nothing on the right"),
    ("match", MATCH.replace("Forget it", "Insure it"), {}, 8, "right answer of another row"),
    ("match", "Match.\n\n> Why.", {}, 0, "no table"),
    ("match", MATCH.replace("> explanation", "explanation"), {}, 10, "belongs nowhere"),
    ("reflect", "\n", {}, 0, "no prompt"),
    ("reflect", "Think.", {"visibility": "team"}, 0, "always private"),
    ("scenario", SCENARIO, {}, 0, "where it starts"),
    ("scenario", SCENARIO, {"start": "p9"}, 0, "no scene"),
    ("scenario", SCENARIO.replace("(#p2)", "(#p7)"), {"start": "p1"}, 7, "no scene"),
    ("scenario", SCENARIO.replace("(#end-stalled)", "(#p2)"), {"start": "p1"}, 27, "cannot be reached"),
    ("scenario", SCENARIO.replace("[Show me](#p2)", "Show me"), {"start": "p1"}, 7, "leads nowhere"),
    ("scenario", SCENARIO.replace("#### p2", "#### p1"), {"start": "p1"}, 14, "line 13 already"),
    ("scenario", SCENARIO.replace("(#end-learning)", "(#p2)"), {"start": "p2"}, 21, "cannot be reached"),
    ("scenario", SCENARIO.replace("Five risks.", ""), {"start": "p1"}, 14, "is empty"),
    ("scenario", "Words.", {"start": "p1"}, 0, "no scenes"),
    ("sheet", SHEET.replace("type: date", "type: day"), {}, 11, "unknown type 'day'"),
    ("sheet", SHEET.replace("label: Cost", "size: 3"), {}, 10, "no label"),
    ("sheet", SHEET.replace("label: Cost", "label: Cost, size: 3"), {}, 10, "'size' is not known"),
    ("sheet", SHEET.replace("{no: No, yes: Yes}", "{no: No}"), {}, 9, "one option"),
    ("sheet", SHEET.replace("{no: No, yes: Yes}", "{no: No, no: Yes}"), {}, 9, "twice"),
    ("sheet", SHEET.replace("*no*", "*never*"), {}, 16, "'never'"),
    ("sheet", SHEET.replace("2027-03-01", "1 March"), {}, 16, "no date"),
    ("sheet", SHEET.replace("1.5", "much"), {}, 16, "no number"),
    ("sheet", SHEET.replace("| goal |", "| aim |"), {}, 14, "columns' keys"),
    ("sheet", SHEET.replace("{type: text, label: Goal}", "{type: text"), {}, 6, "not valid yaml"),
    ("sheet", SHEET.replace("columns:", "column:"), {}, 4, "'column' is not known"),
    ("sheet", SHEET.replace("```\n\n|", "\n\n|"), {}, 3, "not closed"),
    ("sheet", SHEET, {"rows": "many"}, 0, "whole number"),
    ("sheet", SHEET, {"rows": "2", "min": "3"}, 0, "offers 2"),
    ("sheet", "Words.", {}, 0, "no columns"),
    ("plan", PLAN.replace("- `60` What did others notice?\n", ""), {}, 6, "30, 60 and 90"),
    ("plan", PLAN.replace("`60`", "`61`"), {}, 7, "cannot be a key"),
    ("plan", PLAN.replace("{date: when}", "{situation: when}"), {}, 4, "already"),
    ("plan", PLAN.replace("{date: when}", "{date}"), {}, 4, "no label"),
    ("plan", PLAN.replace("{date: when}", "{date: when"), {}, 4, "left open"),
    ("plan", PLAN.replace("{date: when}", "{Date: when}"), {}, 4, "key of a slot"),
    ("plan", "Words.\n\n- `30` A\n- `60` B\n- `90` C", {}, 0, "no slots"),
    ("scale", "- `a` One", {}, 0, "ends of the scale"),
    ("scale", "- `a` One", {"anchors": "Low|Middle|High"}, 0, "ends of the scale"),
    ("scale", "- `a` One", {**ANCHORS, "points": "1"}, 0, "whole number"),
    ("scale", "Words.", ANCHORS, 0, "no statements"),
    ("guide", "", {"minutes": "30"}, 0, "is empty"),
    ("guide", "Talk.", {"minutes": "half"}, 0, "whole number"),
    ("figure", "A caption.", {}, 0, "begin with its picture"),
    ("figure", "![a b](x.svg)\n\n![c d](y.svg)", {}, 3, "only one"),
]


@pytest.mark.parametrize(("name", "text", "options", "line", "words"), FAULTS)
def test_a_fault_is_told_with_its_line_and_a_mend(
    name: str, text: str, options: dict[str, str], line: int, words: str
) -> None:
    data, report = parse(block(name, text, **options))
    told = [(at, message) for at, message, _ in report.errors]
    assert any(at == HEADER + line and words in message for at, message in told), told
    assert all(mend for _, _, mend in report.errors)
    json.dumps(data)


def test_several_faults_are_told_in_one_run() -> None:
    text = SINGLE.replace("`stop`", "`treat`").replace("  > feedback-accept\n", "").replace("[x]", "[ ]")
    _, report = parse(block("single", text))
    assert len(report.errors) == 3


def test_a_scenario_that_goes_round_for_ever_is_a_fault() -> None:
    text = "#### a\n\nOne.\n\n- `on` [On](#b)\n- `out` [Out](#end)\n\n#### b\n\nTwo.\n\n- `on` [On](#b)"
    text += "\n\n#### end\n\nEnd."
    _, report = parse(block("scenario", text, start="a"))
    assert [(line, message) for line, message, _ in report.errors] == [
        (HEADER + 8, "No ending can be reached from 'b'.")
    ]
    _, report = parse(block("scenario", "#### a\n\nOne.\n\n- `on` [On](#a)", start="a"))
    assert any("no ending" in message for _, message, _ in report.errors)


@pytest.mark.parametrize(
    "words",
    [
        "All of the above",
        "None of these",
        "Alle de ovennevnte",
        "Ingen av alternativene",
        "Alle dei nemnde",
        "Alt det ovanfor",
    ],
)
def test_all_or_none_of_the_above_is_warned_of(words: str) -> None:
    _, report = parse(block("single", SINGLE.replace("Turn down the test", words)))
    assert [line for line, *_ in report.warnings] == [HEADER + 7]


def test_an_option_twice_as_long_as_another_is_warned_of() -> None:
    _, report = parse(block("single", SINGLE.replace("Turn down the test", "Turn down the whole test, " * 3)))
    assert [line for line, *_ in report.warnings] == [HEADER + 7]
    _, report = parse(block("single", SINGLE))
    assert report.warnings == []


def test_a_stem_may_hold_lists_code_and_callouts() -> None:
    stem = "A case:\n\n- one\n- two\n\n```\n- [x] `no` Not an option\n```\n\n> [!NOTE]\n> Mind this.\n\n"
    data, report = parse(block("single", stem + SINGLE))
    assert report.errors == []
    assert [option["key"] for option in data["options"]] == ["accept", "treat", "stop"]
    assert "Not an option" in data["stem"]


def test_option_text_may_go_on_over_lines() -> None:
    data, report = parse(block("single", SINGLE.replace("Add a measure first", "Add a measure\n  first")))
    assert report.errors == []
    assert data["options"][1]["text"] == "Add a measure first"


def test_a_translation_follows_the_options_of_its_source() -> None:
    source = block("number", "How many?\n\n> Why.", answer="3", tolerance="1", unit="alarms")
    data, report = parse(block("number", "Hvor mange?\n\n> Fordi.", source=source, unit="alarmer"))
    assert report.errors == []
    assert (data["answer"], data["tolerance"], data["unit"]) == ("3", "1", "alarmer")


def test_a_scale_that_shows_the_anchors_of_its_source_is_warned_of() -> None:
    source = block("scale", "- `a` One", anchors="Low|High")
    _, report = parse(block("scale", "- `a` En", source=source))
    assert [line for line, *_ in report.warnings] == [HEADER]


def test_yaml_words_stay_words() -> None:
    options = good("sheet")["columns"][1]["options"]
    assert options == [{"key": "no", "label": "No", "value": None}, {"key": "yes", "label": "Yes", "value": None}]


def test_a_callout_at_the_end_of_a_scene_is_prose_and_a_quote_is_a_comment() -> None:
    ending = SCENARIO.replace("It stalls.", "It stalls.\n\n> [!TIP]\n> Try again.")
    data, _ = parse(block("scenario", ending, start="p1"))
    scenes = {scene["id"]: scene for scene in data["scenes"]}
    assert "Try again" in scenes["end-stalled"]["html"]
    assert "comment-end" in scenes["end-learning"]["comment"]
    assert "comment-p1" in scenes["p1"]["comment"]


def test_a_plan_keeps_its_sentence_and_its_questions() -> None:
    data = good("plan")
    assert [piece.get("slot") or piece["text"] for piece in data["sentences"][0]] == [
        "If ",
        "situation",
        ", then I will ",
        "action",
        ". I start ",
        "date",
        ".",
    ]
    assert data["sentences"][0][3]["label"] == "what I do"
    assert data["sentences"][0][5]["lead"] == "I start"
    assert [(each["days"], each["text"]) for each in data["follow_ups"]] == [
        (30, "How did it go?"),
        (60, "What did others notice?"),
        (90, "What has changed?"),
    ]


def test_pipes_in_cells() -> None:
    assert split_cells(r"| a \| b | `c | d` | |") == ["a | b", "`c | d`", ""]
    assert split_cells("a | b") == ["a", "b"]


# Whatever stands in a file, parsing reports and goes on.

_PIECES = st.sampled_from(
    ["- [x] `a` Text", "- [ ] `b`", "  > why", "> quote", "", "1. `a` x", "| key | left | right |", "| - | - | - |",
     "| a | b | c |", "```yaml", "```", "columns:", "  a: {type: choice, label: A, options: {x: 1}}", "  - [", "? !!",
     "#### p1", "- `go` [On](#p1)", "- `30` What?", "If {a: b}", "{", "![x](y.svg)", "- `", "&a [*a]", "\t> x", "#### "]
)  # fmt: skip
_LINES = st.lists(st.one_of(_PIECES, st.text(max_size=30)), max_size=14)
_OPTION_TEXTS = st.dictionaries(
    st.sampled_from(["answer", "tolerance", "start", "rows", "min", "points", "anchors", "minutes", "recall"]),
    st.one_of(st.sampled_from(["p1", "1", "-1", "1.5", "a|b", "true", "²"]), st.text(max_size=8)),
)


@given(name=st.sampled_from(sorted(EXAMPLES)), lines=_LINES, options=_OPTION_TEXTS)
def test_parsing_never_raises(name: str, lines: list[str], options: dict[str, str]) -> None:
    raw = block(name, "\n".join(line.replace("\r", " ") for line in lines), **options)
    data, report = parse(raw)
    json.dumps(data)
    last = FIRST_LINE + max(len(raw.body) - 1, 0)
    assert all(HEADER <= line <= last for line, *_ in report.errors + report.warnings)
    kind = activity_type(name)
    kind.shape(data)
    assert kind.words(data) >= 0


@given(number=st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_any_plain_decimal_can_be_the_answer(number: Decimal) -> None:
    data, report = parse(block("number", "How many?\n\n> Why.", answer=f"{number:f}"))
    assert report.errors == []
    assert Decimal(data["answer"]) == number
