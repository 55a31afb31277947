from __future__ import annotations

from random import Random

import pytest
from sqlalchemy.orm import Session

from learning.organisation.models import Unit
from learning.organisation.units import add_unit, subtree_ids, tree, unit_in
from tests.factories import make_agency, make_unit


def test_the_tree_has_parents_before_children_by_name(session: Session) -> None:
    agency = make_agency(session)
    root = make_unit(session, agency, name="Root")
    schools = make_unit(session, agency, root, name="Schools")
    make_unit(session, agency, root, name="Care")
    make_unit(session, agency, schools, name="B school")
    make_unit(session, agency, schools, name="A school")
    make_unit(session, make_agency(session), name="Elsewhere")
    found = [(row.unit.name, row.depth) for row in tree(session, agency.id)]
    assert found == [("Root", 0), ("Care", 1), ("Schools", 1), ("A school", 2), ("B school", 2)]


@pytest.mark.parametrize("seed", range(5))
def test_a_subtree_is_the_unit_and_all_that_lead_up_to_it(session: Session, seed: int) -> None:
    random, agency = Random(seed), make_agency(session)
    units = [make_unit(session, agency)]
    for _ in range(30):
        units.append(make_unit(session, agency, random.choice(units)))
    parents = {unit.id: unit.parent_id for unit in units}

    def is_below(unit_id: int | None, top: set[int]) -> bool:
        while unit_id is not None:
            if unit_id in top:
                return True
            unit_id = parents[unit_id]
        return False

    for top in ({units[0].id}, {random.choice(units).id}, {random.choice(units).id, random.choice(units).id}):
        found = list(session.scalars(subtree_ids(agency.id, sorted(top))))
        assert len(found) == len(set(found))
        assert set(found) == {unit.id for unit in units if is_below(unit.id, top)}


def test_another_agencys_units_are_out_of_reach(session: Session) -> None:
    ours, theirs = make_agency(session), make_agency(session)
    root, other = make_unit(session, ours), make_unit(session, theirs)
    assert unit_in(session, ours.id, other.id) is None
    assert list(session.scalars(subtree_ids(ours.id, [other.id]))) == []
    with pytest.raises(ValueError):
        add_unit(session, ours.id, other, "Below another agency")
    assert add_unit(session, ours.id, root, "Below").parent_id == root.id
    assert session.query(Unit).filter_by(agency_id=theirs.id).count() == 1
