"""HTML to PDF: tagged PDF/UA-1, fonts embedded, nothing fetched but our own static files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from weasyprint import HTML
from weasyprint.urls import URLFetcher

STATIC = Path(__file__).resolve().parent / "static"


class OnlyOurFiles(URLFetcher):
    """A page may load our own static files and inline images, nothing else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> object:
        parts = urlsplit(url)
        if parts.scheme == "data" or (parts.scheme == "file" and Path(parts.path).resolve().is_relative_to(STATIC)):
            return super().fetch(url, headers)
        raise ValueError(f"not fetched: {url}")


def to_pdf(html: str, identifier: bytes) -> bytes:
    """The PDF of a page; the same page and identifier give the same bytes."""
    document = HTML(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=OnlyOurFiles())
    pdf: bytes | None = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=identifier)
    assert pdf is not None
    return pdf
