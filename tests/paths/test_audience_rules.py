"""Audiences as rules: whoever is in one is explained to be in it, and nobody else; and the form keeps what it reads."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import Role
from learning.organisation.models import Level, MembershipTag
from learning.paths import audience_forms, audience_rules, audiences, saved_audiences
from learning.paths.audience_rules import AudienceSpec, UnitChoice
from learning.paths.audiences import Part
from learning.paths.models import AssignmentMember
from tests.factories import grant, make_person, make_position
from tests.paths.scene import NO_DUE_DATE, assign, complete, make_course, make_path, make_town, manager

levels = st.frozensets(st.sampled_from(Level), max_size=3)


@st.composite
def specs(draw: st.DrawFn, units: list[int], courses: list[int]) -> AudienceSpec:
    choices = st.builds(UnitChoice, st.sampled_from(units), st.booleans())
    tags = st.frozensets(st.sampled_from(["new", "crisis"]), max_size=2)
    return AudienceSpec(
        units=frozenset({choice.unit_id: choice for choice in draw(st.lists(choices, max_size=2))}.values()),
        levels=draw(levels),
        roles=draw(st.frozensets(st.sampled_from([Role.HR, Role.AUDITOR]), max_size=1)),
        tags=draw(tags),
        without_tags=draw(tags),
        at_least_days=draw(st.one_of(st.none(), st.integers(0, 400))),
        at_most_days=draw(st.one_of(st.none(), st.integers(0, 400))),
        completed=draw(st.frozensets(st.sampled_from(courses), max_size=1)),
        not_completed=draw(st.frozensets(st.sampled_from(courses), max_size=1)),
    )


def test_who_is_in_is_explained_to_be_in_and_nobody_else(session: Session) -> None:
    town, first, second = make_town(session), make_course(session), make_course(session)
    today = clock.today()
    people = []
    for number, unit in enumerate([town.top, town.health, town.home_care, town.nursing, town.school] * 2):
        person = manager(
            session, unit, level=list(Level)[number % 3], starts_on=today - timedelta(days=90 * number),
            ends_on=today - timedelta(days=1) if number == 9 else None,
        )  # fmt: skip
        people.append(person)
        if number % 2:
            complete(session, person, first)
        if number % 3 == 0:
            session.add(MembershipTag(agency_id=town.agency.id, person_id=person.id, tag="new"))
    grant(session, people[2], Role.HR, town.agency)
    make_position(session, people[0], town.school, level=Level.TOP, starts_on=today - timedelta(days=3))
    people[4].deactivated_at = clock.now()
    stranger = make_person(session)
    session.flush()
    units = [town.top.id, town.health.id, town.nursing.id, town.school.id]

    @settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
    @given(specs(units, [first.id, second.id]))
    def check(spec: AudienceSpec) -> None:
        assert audience_rules.from_json(audience_rules.to_json(spec)) == spec
        held = audiences.people_in(town.agency.id, spec, today)
        inside = set(session.scalars(select(held.c.person_id)))
        for person in people:
            explained = audiences.explain(session, town.agency.id, spec, person.id, today)
            assert explained.is_in == (person.id in inside), (spec, explained)
        assert not audiences.explain(session, town.agency.id, spec, stranger.id, today).is_in

    check()


def test_each_part_says_why(session: Session) -> None:
    town, course = make_town(session), make_course(session)
    person = manager(session, town.school, starts_on=clock.today() - timedelta(days=10))
    spec = AudienceSpec(
        units=frozenset({UnitChoice(town.health.id)}), levels=frozenset({Level.FIRST_LINE}), at_least_days=30,
        tags=frozenset({"new"}), not_completed=frozenset({course.id}),
    )  # fmt: skip
    found = audiences.explain(session, town.agency.id, spec, person.id, clock.today())
    assert {reason.part: reason.holds for reason in found.reasons} == {
        Part.POSITION: True, Part.ACTIVE: True, Part.UNIT: False, Part.LEVEL: True, Part.AT_LEAST: False,
        Part.TAG: False, Part.NOT_COMPLETED: True,
    }  # fmt: skip


def test_a_changed_audience_moves_people_at_once(session: Session) -> None:
    town = make_town(session)
    nurse, teacher = manager(session, town.nursing), manager(session, town.school)
    spec = AudienceSpec(units=frozenset({UnitChoice(town.health.id)}))
    saved = saved_audiences.save(session, town.agency.id, "Health", spec, audience=None, actor_id=None)
    path = make_path(session, town.agency, make_course(session))
    assign(session, path, spec, NO_DUE_DATE, audience_id=saved.id)

    def members() -> set[int]:

        return set(session.scalars(select(AssignmentMember.person_id).where(AssignmentMember.left_at.is_(None))))

    assert members() == {nurse.id}
    other = AudienceSpec(units=frozenset({UnitChoice(town.school.id)}))
    saved_audiences.save(session, town.agency.id, "School", other, audience=saved, actor_id=None)
    assert members() == {teacher.id}


@settings(max_examples=60)
@given(specs([1, 2, 3], [4, 5]))
def test_an_audience_survives_the_form(spec: AudienceSpec) -> None:
    below = {choice.with_descendants for choice in spec.units}
    if len(below) > 1 or spec.completed & spec.not_completed:
        return  # the form has one tick for all units, and refuses the impossible
    if spec.at_least_days is not None and spec.at_most_days is not None and spec.at_least_days > spec.at_most_days:
        return
    name, read, faults = audience_forms.read_audience(audience_forms.audience_fields("A name", spec), {1, 2, 3}, {4, 5})
    assert (name, read, faults) == ("A name", spec, [])
