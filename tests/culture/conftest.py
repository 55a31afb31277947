from __future__ import annotations

from pathlib import Path

import pytest

from tests.culture.scene import put_on_disk


@pytest.fixture(autouse=True)
def framework_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "courses-for-the-compass"
    folder.mkdir()
    put_on_disk(folder, monkeypatch)
