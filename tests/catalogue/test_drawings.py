"""The font in drawings."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

from learning.catalogue.drawings import with_our_font

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><text font-family="%s">Yes</text></svg>'


def test_a_drawing_that_names_our_font_gets_it_and_stays_well_formed() -> None:
    drawing = with_our_font(DRAWING % b"Inter, sans-serif")
    assert drawing.count(b"@font-face") == 2
    root = fromstring(drawing)  # noqa: S314  (our own drawing)
    assert [child.tag.rpartition("}")[2] for child in root] == ["style", "text"]


def test_another_drawing_is_left_as_it_is() -> None:
    for drawing in (DRAWING % b"Arial", b"no drawing at all, though it says Inter"):
        assert with_our_font(drawing) == drawing
