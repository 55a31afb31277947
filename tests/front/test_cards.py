"""Tables that become cards on a phone: every cell knows the words of its column."""

from __future__ import annotations

from learning.cards import as_cards

TABLE = """<table class="ds-table">
<thead><tr><th scope="col">Name</th><th scope="col" class="number">Done &amp; <span>so on</span></th></tr></thead>
<tbody>
<tr><th scope="row">Ada</th><td class="number">3</td></tr>
<tr><td colspan="2">Nothing more.</td></tr>
</tbody>
</table>"""


def test_every_cell_has_its_columns_words_and_nothing_else_changes() -> None:
    html = as_cards(TABLE, "narrow")
    assert '<table class="ds-table" data-cards="narrow">' in html
    assert '<td class="number" data-label="Done &amp; so on">3</td>' in html
    assert html.replace(' data-cards="narrow"', "").replace(' data-label="Done &amp; so on"', "") == TABLE


def test_a_table_without_a_head_and_other_html_are_left_with_their_words() -> None:
    assert as_cards("<p>No table</p>", "narrow") == "<p>No table</p>"
    assert as_cards("<table><tr><td>1</td></tr></table>", "wide") == (
        '<table data-cards="wide"><tr><td>1</td></tr></table>'
    )
