"""Tables that become cards on a phone still say what they are."""

from __future__ import annotations

from learning.cards import as_cards

TABLE = """<table class="ds-table">
<thead><tr><th scope="col">Name</th><th scope="col" class="number">Done &amp; <span>so on</span></th></tr></thead>
<tbody>
<tr><th scope="row">Ada</th><td class="number">3</td></tr>
<tr><td colspan="2">Nothing more.</td></tr>
</tbody>
</table>"""


def test_every_part_has_its_role_and_every_cell_its_columns_words() -> None:
    html = as_cards(TABLE, "narrow")
    assert '<table class="ds-table" role="table" data-cards="narrow">' in html
    assert '<th scope="col" role="columnheader">Name</th>' in html
    assert '<th scope="row" role="rowheader">Ada</th>' in html
    assert '<td class="number" role="cell" data-label="Done &amp; so on">3</td>' in html
    assert '<td colspan="2" role="cell">Nothing more.</td>' in html
    assert html.count('role="row"') == 3
    assert html.count('role="rowgroup"') == 2


def test_a_table_without_a_head_and_other_html_are_left_with_their_words() -> None:
    assert as_cards("<p>No table</p>", "narrow") == "<p>No table</p>"
    assert as_cards("<table><tr><td>1</td></tr></table>", "wide") == (
        '<table role="table" data-cards="wide"><tr role="row"><td role="cell">1</td></tr></table>'
    )
