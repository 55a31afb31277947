"""An agency's units as a tree, for choosing among them and for adding numbers up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.organisation.models import Unit
from learning.organisation.units import unit_order


@dataclass
class UnitNode:
    """A unit with those directly below it, in the order of their codes and then names."""

    id: int
    parent_id: int | None
    name: str
    code: str | None = None
    below: list[UnitNode] = field(default_factory=list)

    def walk(self) -> Iterator[UnitNode]:
        """The unit itself and then all under it, depth first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.below))


def build(nodes: Iterable[UnitNode]) -> list[UnitNode]:
    """Link the nodes by ``parent_id`` and return the roots, sorted. Pure but for filling ``below``."""
    by_id = {node.id: node for node in nodes}
    roots: list[UnitNode] = []
    for node in sorted(by_id.values(), key=lambda node: unit_order(node.code, node.name)):
        parent = by_id.get(node.parent_id) if node.parent_id is not None else None
        (roots if parent is None else parent.below).append(node)
    return roots


def load(session: Session, agency_id: int) -> list[UnitNode]:
    """The roots of the agency's tree (normally one), with everything below; one query."""
    rows = session.execute(select(Unit.id, Unit.parent_id, Unit.name, Unit.code).where(Unit.agency_id == agency_id))
    return build(UnitNode(*row) for row in rows)


def find(roots: Iterable[UnitNode], unit_id: int | None) -> UnitNode | None:
    return next((node for root in roots for node in root.walk() if node.id == unit_id), None)
