"""What makes a new application quick: nearly every test has one of its own.

What an application compiles depends on nothing but the source: templates, the functions that build addresses, and
statements. Here each is compiled once a process instead of once an application.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class CompiledTemplates(BytecodeCache):
    """Templates' code by name, place and content: what a test changes in a template is compiled anew."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.codes[bucket.key, bucket.checksum] = bucket.code


class CompiledRule(Rule):
    """A rule whose builder of addresses is shared by all rules that are written alike."""

    builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key: tuple[Any, ...] = (tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self.builders:
            self.builders[key] = super()._compile_builder(append_unknown)
        return self.builders[key]


def share_what_is_compiled() -> None:
    Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}
    Flask.url_rule_class = CompiledRule


_first_engines: dict[str, Engine] = {}


def share_statements(engine: Engine) -> None:
    """Statements that were compiled for an engine of the same kind need not be compiled again for this one."""
    first = _first_engines.setdefault(engine.dialect.name, engine)
    if first is engine:
        engine._compiled_cache = LRUCache(5000)  # those of the whole suite, not of one application
    else:
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
