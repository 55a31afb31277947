"""Prose: what authors write becomes HTML that is safe, linked, and the same as on a Git host."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.activities.registry import Line
from learning.catalogue.addresses import resolve
from learning.catalogue.dialect import check_claims, check_dialect
from learning.catalogue.prose import TAGS, Links, Prose, clean, plain_words
from tests.catalogue.test_splitter import Told

LINKS = {
    "lessons": {"l2-second.md": "l2"},
    "media": frozenset({"cycle.svg"}),
    "terms": frozenset({"risk"}),
    "sources": ("book", "paper"),
}


def lines(text: str) -> list[Line]:
    return [Line(number, content) for number, content in enumerate(text.split("\n"), start=1)]


def rendered(text: str, language: str = "en") -> tuple[str, list[tuple[int, str]]]:
    told = Told()
    return Prose(Links(**LINKS), told, language).page(lines(text)), told.errors  # type: ignore[arg-type]


def inline(text: str) -> tuple[str, list[tuple[int, str]]]:
    told = Told()
    return Prose(Links(**LINKS), told, "nb").inline(text, 7), told.errors  # type: ignore[arg-type]


def test_a_citation_is_numbered_as_in_the_list_of_sources() -> None:
    html, errors = rendered("A fact [@paper].")
    assert errors == []
    assert '<sup class="citation"><a href="course:source/paper" rel="noreferrer">[2]</a></sup>' in html


def test_links_inside_the_course() -> None:
    html, errors = rendered(
        "[a](glossary.md#risk) [b](l2-second.md) [c](../media/cycle.svg) [d](https://example.org/?a=1&b=2)"
    )
    assert errors == []
    assert re.findall(r'href="([^"]*)"', html) == [
        "course:glossary/risk",
        "course:lesson/l2",
        "course:media/cycle.svg",
        "https://example.org/?a=1&amp;b=2",
    ]


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "course:lesson/l2",
        "//example.org",
        "/etc/passwd",
        "../media/../x",
        "data:text/html,x",
        "l9.md",
    ],
)
def test_other_links_lead_nowhere(target: str) -> None:
    html, errors = rendered(f"First line.\n\n[a]({target})")
    assert [line for line, _ in errors] == [3]
    assert 'href=""' in html or "course:media/../x" in html


def test_code_is_shown_as_it_is() -> None:
    html, errors = rendered("Write `<b>` and `[@nobody]`.\n\n```\n<script>\n# not a heading\n- [^1]\n```")
    assert errors == []
    assert "&lt;b&gt;" in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(("language", "title"), [("nb", "Advarsel"), ("nn", "Åtvaring"), ("en", "Warning")])
def test_a_callout_is_named_in_the_language_of_the_course(language: str, title: str) -> None:
    html, errors = rendered("> [!WARNING]\n> Stop.\n>\n> - one\n> - two", language)
    assert errors == []
    assert f'<div class="admonition warning">\n<p class="admonition-title">{title}</p>' in html
    assert html.count("<li>") == 2


def test_a_table_names_its_columns() -> None:
    html, errors = rendered("| a | b |\n| --- | --- |\n| c | d |")
    assert errors == []
    assert html.count('<th scope="col">') == 2


@pytest.mark.parametrize(
    "text",
    [
        "- one\n    - nested\n- two",
        "- one\nthat goes on\n- two",
        "Text that ends in\n2027. And goes on.",
        "1. one\n2. two\n\n- three",
        "## Heading\n\nText, 5 < 6 and a<5.",
        "> A quote.\n> More of it.",
        "<https://example.org>",
        "An escaped \\<b>.",
    ],
)
def test_what_both_markdowns_read_alike_is_left_alone(text: str) -> None:
    assert rendered(text)[1] == []


def test_a_list_in_a_quote_needs_its_blank_line() -> None:
    assert rendered("> These:\n> - one\n> - two")[1] == [(2, "There is no blank line before the list.")]


@pytest.mark.parametrize("text", ["1. mai", "+ 20", "# 1", "- 5 grader", "Risiko < gevinst", "2027-03-01"])
def test_a_piece_of_a_line_is_never_a_list_or_a_heading(text: str) -> None:
    html, errors = inline(text)
    assert errors == []
    assert plain_words(html) == text
    assert "<li" not in html
    assert "<h" not in html


def test_a_piece_of_a_line_may_be_strong_cite_and_link() -> None:
    html, errors = inline("**Sterk** [@book], [risiko](glossary.md#risk)")
    assert errors == []
    assert html.startswith("<strong>Sterk</strong>")
    assert "course:source/book" in html
    assert "course:glossary/risk" in html


def test_faults_in_a_piece_of_a_line_have_its_line() -> None:
    assert inline("[x](l7.md)")[1] == [(7, "The link 'l7.md' leads nowhere.")]


@pytest.mark.parametrize("claim", ["30 %", "30%", "12,5 prosent", "3 per cent", "4 pst"])
def test_a_figure_in_per_cent_needs_a_source_in_its_paragraph(claim: str) -> None:
    told = Told()
    check_claims(lines(f"First [@book].\n\nThen\n{claim} of all.\n\nAnd {claim} here [@book]."), told)
    assert told.errors == [(4, "There is a figure in per cent without a source.")]


MARKS = st.sampled_from(
    ["<", ">", "<script>", "</p>", "[", "](", "javascript:", "course:", ")", "![", "`", "```", "\n", "\n\n", "> ",
     "[!NOTE]", "- ", "    ", "1. ", "#", "## ", "|", "| --- |", "[@", "]", "onerror=", '"', "&", "&lt;", "\\", "a",
     " ", "æ", "\x02", "==="]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(MARKS, max_size=30).map("".join))
def test_html_is_safe_whatever_is_written(text: str) -> None:
    for html in (rendered(text)[0], inline(text.replace("\n", " "))[0]):
        assert set(re.findall(r"<([a-z0-9]+)", html)) <= TAGS
        for address in re.findall(r'(?:href|src)="([^"]*)"', html):
            assert address == "" or address.startswith(("https://", "http://", "mailto:", "course:"))
        assert not re.search(r"<[^>]*\son\w+=", html)
        assert clean(html) == html


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab <>|-=#*+1.)`~\t\n[]!^NOTE"), max_size=120))
def test_the_dialect_is_checked_without_a_stumble(text: str) -> None:
    told = Told()
    check_dialect(lines(text), told)
    assert all(1 <= line <= text.count("\n") + 1 for line, _ in told.errors)


def test_links_are_resolved_where_a_page_is_made() -> None:
    html = rendered("[a](glossary.md#risk) [@book]")[0]
    resolved = resolve(
        html, lesson=str, media=str, glossary=lambda term: f'/words?a=1&b="{term}"', source=lambda key: f"#source-{key}"
    )
    assert 'href="/words?a=1&amp;b=&#34;risk&#34;"' in resolved
    assert 'href="#source-book"' in resolved
    assert "course:" not in resolved
