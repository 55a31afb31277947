"""Every route, as every role and as another agency's people. A route that is not in the table fails the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.access import password_links
from learning.access.models import Role, RoleGrant
from learning.catalogue.models import CourseVersion
from learning.certificates.models import Certificate
from learning.notifications.calendar import new_address
from learning.organisation.models import Level, Person, Position
from learning.paths.models import Assignment, AudienceUnit, DueKind, LearningPath, PathStep
from learning.practice.models import FollowUp, FollowUpKind, LearningPair, PairStatus, RecallRound
from learning.practice.tokens import Purpose, sign
from learning.progress import enrolling
from tests import factories

EVERYBODY = {"anonymous", "learner", "hr", "author", "auditor", "agency-admin", "platform-admin"}
SIGNED_IN = EVERYBODY - {"anonymous"}
HR = {"hr"}
BOARD = {"hr", "auditor", "agency-admin", "platform-admin"}
PEOPLE = {"hr", "agency-admin", "platform-admin"}
RECORDS = {"hr", "auditor", "agency-admin", "platform-admin"}

# endpoint -> who gets in. Endpoints of one learner's own things are in OWN instead.
TABLE: dict[str, set[str]] = {
    "static": EVERYBODY,
    "access.sign_in": EVERYBODY,
    "access.forgotten": EVERYBODY,
    "access.choose_password": EVERYBODY,
    "access.sign_out": EVERYBODY,
    "access.language": EVERYBODY,
    "access.theme": EVERYBODY,
    "access.account": SIGNED_IN,
    "access.roles": {"agency-admin", "platform-admin"},
    "access.end_role": {"agency-admin", "platform-admin"},
    "access.audit_trail": {"auditor", "agency-admin", "platform-admin"},
    "catalogue.courses": EVERYBODY,
    "catalogue.course": EVERYBODY,
    "catalogue.media": EVERYBODY,
    "catalogue.authoring": {"author", "platform-admin"},
    "catalogue.activity_types": {"author", "platform-admin"},
    "certificates.find": EVERYBODY,
    "certificates.confirm": EVERYBODY,
    "certificates.download": EVERYBODY,
    "certificates.certificates": {"hr", "author"},
    "certificates.revoke": {"hr", "author"},
    "device.manifest": EVERYBODY,
    "device.offline": EVERYBODY,
    "device.service_worker": EVERYBODY,
    "device.session": EVERYBODY,
    "items.items": {"author", "platform-admin"},
    "front.start": EVERYBODY,
    "front.accessibility": EVERYBODY,
    "front.record": SIGNED_IN,
    "front.own_data": SIGNED_IN,
    "notifications.demo_mail": SIGNED_IN,
    "notifications.my_calendar": SIGNED_IN,
    "notifications.calendar_feed": EVERYBODY,
    "notifications.outbox": PEOPLE,
    "notifications.try_mail_again": PEOPLE,
    "notifications.unreached": PEOPLE,
    "organisation.people": PEOPLE,
    "organisation.person": PEOPLE,
    "organisation.edit_person": PEOPLE,
    "organisation.send_password_link": PEOPLE,
    "organisation.units": PEOPLE,
    "organisation.new_person": PEOPLE,
    "organisation.add_position": PEOPLE,
    "organisation.end_position": PEOPLE,
    "organisation.add_unit": PEOPLE,
    "organisation.rename_unit": PEOPLE,
    "organisation.agencies": {"platform-admin"},
    "paths.board": BOARD,
    "paths.members": BOARD,
    "paths.assignment": BOARD,
    "paths.paths": HR,
    "paths.new_path": HR,
    "paths.create_path": HR,
    "paths.edit_path": HR,
    "paths.change_path": HR,
    "paths.confirm_archive": HR,
    "paths.archive_path": HR,
    "paths.new_assignment": HR,
    "paths.preview_assignment": HR,
    "paths.create_assignment": HR,
    "paths.confirm_withdraw": HR,
    "paths.withdraw": HR,
    "paths.edit_due": HR,
    "paths.change_due": HR,
    "reminders.plan": HR,
    "reminders.add_line": HR,
    "reminders.remove_line": HR,
    "reminders.back_to_default": HR,
    "practice.practice": SIGNED_IN,
    "practice.choose_recall": SIGNED_IN,
    "practice_mail.follow_up": EVERYBODY,
    "practice_mail.recall_questions": EVERYBODY,
    "practice_mail.recall_question": EVERYBODY,
    "practice_mail.stop_recall": EVERYBODY,
    "progress.enrol": SIGNED_IN,
    "records.records": RECORDS,
    "records.export": RECORDS,
}
# Only the learner whose enrolment it is; everybody else, of whatever role, is told that there is no such page.
OWN = {
    "assessment.intro", "assessment.start", "assessment.resume", "assessment.question", "assessment.look_over",
    "assessment.hand_in", "assessment.result", "progress.course_map", "progress.resume", "progress.lesson",
    "progress.answer", "progress.finish", "progress.glossary", "progress.move", "progress.change_language",
    "practice.follow_up", "practice.pair", "practice.share", "practice.partner", "practice.answer_pair",
    "practice.end_pair", "practice.manager_note", "practice_mail.own_recall",
    "progress.note", "progress.print_course", "pretest.start", "pretest.questions", "pretest.result",
    "progress.take_away",
    "offline.listing",
}  # fmt: skip


@dataclass
class World:
    """One agency with everything in it, and the values that addresses need."""

    people: dict[str, Person]
    owner: Person
    values: dict[str, Any]


def _build(session: Session, version: CourseVersion) -> World:
    agency = factories.make_agency(session)
    unit = factories.make_unit(session, agency)
    people = {}
    for name in ("learner", "hr", "author", "auditor", "agency-admin"):
        people[name] = factories.make_person(session)
        factories.make_position(session, people[name], unit, level=Level.MIDDLE)
        if name != "learner":
            factories.grant(session, people[name], Role(name), agency)
    owner = factories.make_person(session)
    position: Position = factories.make_position(session, owner, unit)
    held: RoleGrant = factories.grant(session, owner, Role.AUDITOR, agency)
    completion = factories.complete_course(session, owner, version)
    certificate = session.scalars(select(Certificate).where(Certificate.completion_id == completion.id)).one()
    path = LearningPath(agency_id=agency.id, title="Path", steps=[PathStep(course_id=version.course_id, place=1)])
    session.add(path)
    session.flush()
    assignment = Assignment(agency_id=agency.id, path_id=path.id, due_kind=DueKind.NONE, request_key="k",
                            units=[AudienceUnit(unit_id=unit.id)])  # fmt: skip
    session.add(assignment)
    session.flush()
    practising = enrolling.enrol(session, owner, factories.publish_practice(session).course, "en")
    follow_up = FollowUp(
        enrolment_id=practising.id, person_id=owner.id, lesson_id="l2", activity_id="c-ask",
        kind=FollowUpKind.COMMITMENT, days=30, due_on=date(2030, 1, 1),
    )  # fmt: skip
    partner = factories.make_person(session)
    pair = LearningPair(
        enrolment_id=practising.id, person_id=owner.id, partner_id=partner.id, agency_id=agency.id,
        status=PairStatus.ACTIVE,
    )  # fmt: skip
    item = {"completion_id": completion.id, "version_id": version.id, "item_id": "a-one", "day": 2}
    recall = RecallRound(person_id=owner.id, due_on=date(2030, 1, 1), language="en", seed=1, items=[item])
    session.add_all([follow_up, pair, recall])
    session.flush()
    # Addresses whose value depends on the route: endpoint and name.
    by_route = {
        "practice_mail.follow_up.token": sign(Purpose.FOLLOW_UP, follow_up.id),
        "practice_mail.recall_questions.token": sign(Purpose.RECALL, recall.id),
        "practice_mail.recall_question.token": sign(Purpose.RECALL, recall.id),
        "practice_mail.stop_recall.token": sign(Purpose.STOP_RECALL, owner.id),
        "access.choose_password.token": password_links.sign(session, owner, password_links.Purpose.INVITATION),
        "notifications.calendar_feed.token": new_address(session, owner.id),
        **{
            f"{endpoint}.enrolment_id": practising.id
            for endpoint in OWN
            if endpoint.startswith(("practice.", "pretest.", "progress.take_away"))
        },
        "progress.take_away.lesson_id": "l2",
        "progress.take_away.activity_id": "s-steps",
        "progress.take_away.file_type": "xlsx",
    }
    values = {
        **by_route,
        "follow_up_id": follow_up.id, "pair_id": pair.id, "round_id": recall.id, "moment": "before",
        "agency_slug": agency.slug, "enrolment_id": completion.enrolment_id, "lesson_id": "l1", "activity_id": "q-risk",
        "number": 1, "place": 1, "slug": "sample-101", "version_number": 1, "path": "cycle.en.svg",
        "code": certificate.code, "grant_id": held.id, "person_id": owner.id, "position_id": position.id,
        "unit_id": unit.id, "path_id": path.id, "assignment_id": assignment.id, "filename": "icon.svg",
    }  # fmt: skip
    return World(people, owner, values)


@pytest.fixture
def worlds(session: Session) -> tuple[World, World, Person]:
    """Two agencies alike, and a platform administrator who belongs to neither."""
    version = factories.publish_sample(session)
    ours, theirs = _build(session, version), _build(session, version)
    platform = factories.make_person(session)
    factories.grant(session, platform, Role.PLATFORM_ADMIN, None)
    session.commit()
    return ours, theirs, platform


def _addresses(app: Flask, world: World) -> list[tuple[str, str, str]]:
    """(endpoint, method, address) of every route."""
    found = []
    for rule in app.url_map.iter_rules():
        values = {name: world.values.get(f"{rule.endpoint}.{name}", world.values.get(name)) for name in rule.arguments}
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values)
        found += [(rule.endpoint, method, address) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def _ask(client: FlaskClient, method: str, address: str) -> int:
    # What POSTs here hold is empty: the question is who gets past the guard, and nothing may change.
    return client.open(address, method=method).status_code


def test_every_route_stands_in_the_table(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints - set(TABLE) - OWN == set(), "say in the table who may reach the new routes"
    assert (set(TABLE) | OWN) - endpoints == set(), "the table names routes that are gone"


ENDING = ("access.sign_out", "access.end_role", "paths.archive_path", "paths.withdraw")  # asked last: they end things


def test_who_gets_in(
    app: Flask, session: Session, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    ours, _, platform = worlds
    clients = {name: sign_in(person) for name, person in ours.people.items()}
    clients["anonymous"], clients["platform-admin"] = app.test_client(), sign_in(platform)
    addresses = sorted(_addresses(app, ours), key=lambda each: each[0] in ENDING)
    for endpoint, method, address in addresses:
        for role, client in clients.items():
            if endpoint in OWN or (endpoint == "access.sign_out"):
                continue
            code = _ask(client, method, address)
            where = f"{method} {endpoint} as {role}: {code}"
            assert code < 500, where
            if role in TABLE[endpoint]:
                assert code not in (401, 403), where
                assert not (code in (302, 303) and role == "anonymous" and "agency" in address), where
                assert code != 404 or method == "POST", where
            elif role == "anonymous":
                assert code == 302, where
            else:
                assert code == 403, where


def test_another_agencys_things_are_not_found(
    app: Flask, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    ours, theirs, _ = worlds
    for person in ours.people.values():
        client = sign_in(person)
        for endpoint, method, address in _addresses(app, theirs):
            if "/agency/" in address:
                assert _ask(client, method, address) == 404, f"{method} {endpoint}"


def test_ids_of_another_agency_in_ones_own_address_are_not_found(
    app: Flask, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    ours, theirs, _ = worlds
    mixed = World(ours.people, ours.owner, {**theirs.values, "agency_slug": ours.values["agency_slug"]})
    clients = [sign_in(ours.people["hr"]), sign_in(ours.people["agency-admin"])]
    for rule in app.url_map.iter_rules():
        if "agency_slug" in rule.arguments and len(rule.arguments) > 1:
            with app.test_request_context():
                address = app.url_for(rule.endpoint, **{name: mixed.values[name] for name in rule.arguments})
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                for client in clients:
                    assert _ask(client, method, address) in (403, 404), f"{method} {rule.endpoint}"


def test_a_learners_own_pages_are_theirs_alone(
    app: Flask, session: Session, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    ours, _, platform = worlds
    others = [sign_in(person) for person in (*ours.people.values(), platform)]
    owner = sign_in(ours.owner)
    for endpoint, method, address in _addresses(app, ours):
        if endpoint not in OWN:
            continue
        for client in others:
            assert _ask(client, method, address) == 404, f"{method} {endpoint}"
        assert _ask(app.test_client(), method, address) == 302
        assert _ask(owner, method, address) not in (401, 403, 404, 500), f"{method} {endpoint}"


def test_numbers_no_database_holds_and_nul_characters_are_refused_politely(
    app: Flask, session: Session, worlds: tuple[World, World, Person], sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in(worlds[0].people["hr"])
    slug = worlds[0].values["agency_slug"]
    assert client.get("/learn/99999999999999999999999").status_code == 404
    assert client.get("/courses/a%00b").status_code == 400
    assert client.get(f"/agency/{slug}/people?q=%00").status_code == 400
