"""Fixtures of this room."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.provisioning.scene import Scene, make_scene


@pytest.fixture
def scene(app: Flask, session: Session) -> Scene:
    return make_scene(app, session)


@pytest.fixture
def other(app: Flask, session: Session) -> Scene:
    """Another agency of the same kind."""
    return make_scene(app, session)
