"""Asking another installation for its keys and its list of revoked badges: short, small, and public addresses only."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import current_app
from requests import RequestException

from learning.access.provider_http import ProviderSession

Fetch = Callable[[str], dict[str, Any]]
SETTING = "PORTFOLIO_FETCH"  # a ``Fetch`` in the app's config takes the place of the internet


class NotFetched(Exception):
    """Nothing that can be read came from the address."""


def over_https(url: str) -> dict[str, Any]:
    """The JSON object at an address. Raises NotFetched."""
    try:
        with ProviderSession() as session:
            answer = session.get(url, withhold_token=True, headers={"Accept": "application/json"})
        content = json.loads(answer.content) if answer.status_code == 200 else None
    except (RequestException, ValueError, RecursionError) as fault:
        raise NotFetched(f"{url}: {fault}") from fault
    if not isinstance(content, dict):
        raise NotFetched(f"{url} answers {answer.status_code} without a JSON object")
    return content


def fetch(url: str) -> dict[str, Any]:
    """The JSON object at an address, the way this application fetches. Raises NotFetched."""
    chosen: Fetch = current_app.config.get(SETTING, over_https)
    return chosen(url)
