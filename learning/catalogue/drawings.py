"""The page's own font inside a drawing: what stands in an <img> cannot fetch fonts."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parents[1] / "static" / "fonts"
_ROOT = re.compile(rb"<svg\b[^>]*>")
_WEIGHTS = (("400", "inter-latin-400-normal.woff2"), ("500 700", "inter-latin-600-normal.woff2"))


@cache
def _font_faces() -> bytes:
    faces = (
        f'@font-face{{font-family:"Inter";font-weight:{weight};'
        f'src:url("data:font/woff2;base64,{b64encode((FONTS / file).read_bytes()).decode()}")}}'
        for weight, file in _WEIGHTS
    )
    return f"<style>{''.join(faces)}</style>".encode()


def with_our_font(drawing: bytes) -> bytes:
    """An SVG that names the font Inter, with the font put in; any other as it is."""
    root = _ROOT.search(drawing)
    if root is None or b"Inter" not in drawing:
        return drawing
    return drawing[: root.end()] + _font_faces() + drawing[root.end() :]
