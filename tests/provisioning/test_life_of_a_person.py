"""A person joins, moves, leaves, comes back and is deleted; the record outlives it all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.access.models import AuditEvent, Role
from learning.notifications.models import OutboxMessage
from learning.organisation.models import Level, Membership, Person, Position
from learning.progress.models import Completion
from tests import factories
from tests.provisioning.scene import ENTERPRISE, OURS, Scene, make_scene, user


def positions(session: Session, scene: Scene, scim_id: str) -> list[Position]:
    session.rollback()
    found = session.scalars(
        select(Position)
        .join(Membership, Membership.person_id == Position.person_id)
        .where(Membership.scim_id == scim_id, Position.agency_id == scene.agency.id)
        .order_by(Position.starts_on, Position.id)
    ).all()
    for each in found:
        session.expunge(each)
    session.rollback()
    return list(found)


def later(days: int) -> Any:
    return clock.stopped_at(clock.now() + timedelta(days=days))


def test_somebody_joins_with_everything_said(scene: Scene, session: Session) -> None:
    chief = scene.add(title="Head of care", **{ENTERPRISE: {"department": "Care"}, OURS: {"level": "middle"}})
    made = scene.add(
        userName="Ola.Nordmann@Example.org", externalId="Ext-1", title="Nurse", preferredLanguage="nn-NO",
        emails=[{"value": "ola@home.example.org", "type": "home"}, {"value": "Ola@work.example.org", "type": "work"}],
        phoneNumbers=[{"value": "12345678"}],
        **{ENTERPRISE: {"employeeNumber": "77", "department": "1.1", "manager": {"value": chief["id"]}},
           OURS: {"level": "first-line", "positionStart": "2026-02-01"}},
    )  # fmt: skip
    assert made["userName"] == "ola.nordmann@example.org"
    assert made["emails"] == [{"value": "ola@work.example.org", "type": "work"}]
    assert made["displayName"].startswith("Kari")
    assert made["preferredLanguage"] == "nn"
    assert made[ENTERPRISE]["department"] == "Care"
    assert made[ENTERPRISE]["manager"]["value"] == chief["id"]
    assert made[OURS] == {"level": "first-line", "unitCode": "1.1", "positionStart": "2026-02-01"}
    assert made["meta"]["location"].endswith(f"/scim/v2/Users/{made['id']}")
    assert scene.read(made["id"]) == made
    (position,) = positions(session, scene, made["id"])
    assert (position.unit_id, position.title, position.level) == (scene.care.id, "Nurse", Level.FIRST_LINE)
    assert (position.starts_on, position.ends_on) == (date(2026, 2, 1), None)
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0, "no mail unless the token says so"


def test_somebody_joins_with_next_to_nothing_said(scene: Scene, session: Session) -> None:
    made = scene.add()
    assert made["active"] is True
    assert "title" not in made
    assert ENTERPRISE not in made
    (position,) = positions(session, scene, made["id"])
    assert (position.unit_id, position.level, position.starts_on) == (scene.top.id, Level.EMPLOYEE, clock.today())
    assert position.title == "Medarbeider", "the level, in the agency's language"


def test_a_token_may_send_invitations(app: Flask, session: Session) -> None:
    scene = make_scene(app, session, sends_invitations=True)
    scene.add(userName="invited@example.org")
    waiting = scene.add(userName="not-yet@example.org", active=False)

    def invited() -> list[str]:
        found = session.scalars(select(OutboxMessage.to_address).order_by(OutboxMessage.id)).all()
        session.rollback()
        return list(found)

    assert invited() == ["invited@example.org"]
    scene.patch(waiting["id"], {"op": "replace", "path": "active", "value": True})
    assert invited() == ["invited@example.org", "not-yet@example.org"]


def test_a_mover_gets_a_new_position_and_keeps_completions(scene: Scene, session: Session) -> None:
    made = scene.add(**{ENTERPRISE: {"department": "Care"}})
    version = factories.publish_sample(session)
    person = session.scalars(select(Person).join(Membership).where(Membership.scim_id == made["id"])).one()
    factories.complete_course(session, person, version)
    session.commit()
    scene.patch(made["id"], {"op": "replace", "path": "title", "value": "Nurse"})
    assert len(positions(session, scene, made["id"])) == 1, "what began today is corrected"
    with later(10):
        answer = scene.patch(made["id"], {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "Roads"})
        scene.patch(made["id"], {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "Roads"})
        today = clock.today()
        assert answer[OURS]["unitCode"] == "1.2"
        before, after = positions(session, scene, made["id"])
        assert (before.unit_id, before.ends_on) == (scene.care.id, today - timedelta(days=1))
        assert (after.unit_id, after.starts_on, after.title) == (scene.roads.id, today, "Nurse")
        assert session.scalar(select(func.count()).select_from(Completion)) == 1
        session.rollback()


def test_only_the_first_day_was_wrong(scene: Scene, session: Session) -> None:
    made = scene.add()
    scene.patch(made["id"], {"op": "add", "path": f"{OURS}:positionStart", "value": "2020-01-01"})
    (position,) = positions(session, scene, made["id"])
    assert position.starts_on == date(2020, 1, 1)
    scene.patch(made["id"], {"op": "add", "path": f"{OURS}:positionStart", "value": "soon"}, code=400)


def test_leaving_and_coming_back(scene: Scene, session: Session) -> None:
    made = scene.add(**{OURS: {"positionStart": "2020-01-01"}})
    left = scene.patch(made["id"], {"op": "replace", "path": "active", "value": False})
    assert left["active"] is False
    (position,) = positions(session, scene, made["id"])
    assert position.ends_on == clock.today() - timedelta(days=1)
    again = scene.patch(made["id"], {"op": "replace", "path": "active", "value": False})
    assert again == left, "said twice, the same"
    scene.patch(made["id"], {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "Care"})
    assert len(positions(session, scene, made["id"])) == 1, "what is said of somebody inactive waits"
    with later(100):
        back = scene.patch(made["id"], {"op": "replace", "path": "active", "value": True})
        assert back["active"] is True
        _, new = positions(session, scene, made["id"])
        assert (new.unit_id, new.starts_on, new.ends_on) == (scene.care.id, clock.today(), None)


def test_leaving_and_coming_back_on_the_first_day(scene: Scene, session: Session) -> None:
    made = scene.add()
    assert scene.patch(made["id"], {"op": "replace", "path": "active", "value": False})["active"] is False
    assert scene.read(made["id"])["active"] is False
    listed = scene.ask("GET", "/Users?filter=active eq false&attributes=userName").json or {}
    assert [each["id"] for each in listed["Resources"]] == [made["id"]]
    assert scene.patch(made["id"], {"op": "replace", "path": "active", "value": True})["active"] is True
    (position,) = positions(session, scene, made["id"])
    assert position.ends_on is None


def test_somebody_who_has_not_begun_leaves_without_a_trace_in_the_positions(scene: Scene, session: Session) -> None:
    start = (clock.today() + timedelta(days=20)).isoformat()
    made = scene.add(**{OURS: {"positionStart": start}})
    assert made["active"] is True
    assert scene.patch(made["id"], {"op": "replace", "path": "active", "value": False})["active"] is False
    assert positions(session, scene, made["id"]) == []
    assert scene.patch(made["id"], {"op": "replace", "path": "active", "value": True})[OURS]["positionStart"] == start


def test_a_deleted_person_is_forgotten_by_the_service_and_kept_in_the_records(scene: Scene, session: Session) -> None:
    made = scene.add(userName="gone@example.org", externalId="x-1", **{OURS: {"positionStart": "2020-01-01"}})
    group = scene.ask("POST", "/Groups", {"displayName": "New managers", "members": [{"value": made["id"]}]}).json or {}
    assert scene.ask("DELETE", f"/Users/{made['id']}").status_code == 204
    for method in ("GET", "DELETE"):
        assert scene.ask(method, f"/Users/{made['id']}").status_code == 404
    scene.patch(made["id"], {"op": "replace", "path": "active", "value": True}, code=404)
    listed = scene.ask("GET", '/Users?filter=userName eq "gone@example.org"').json or {}
    assert listed["totalResults"] == 0
    person = session.scalars(select(Person).where(Person.email == "gone@example.org")).one()
    position = session.scalars(select(Position).where(Position.person_id == person.id)).one()
    assert position.ends_on == clock.today() - timedelta(days=1)
    session.rollback()
    back = scene.add(userName="gone@example.org", externalId="x-1", name={"givenName": "New", "familyName": "Name"})
    assert back["id"] != made["id"]
    assert back["name"]["givenName"] == "New"
    assert "members" not in (scene.ask("GET", f"/Groups/{group['id']}").json or {})
    session.expire_all()
    assert session.scalar(select(func.count()).where(Person.email == "gone@example.org")) == 1
    session.rollback()


def test_a_user_sent_twice_is_refused_the_second_time(scene: Scene) -> None:
    first = user(userName="twice@example.org", externalId="a")
    assert scene.ask("POST", "/Users", first).status_code == 201
    for content in (first, {**first, "userName": "TWICE@example.org", "externalId": "b"}):
        answer = scene.ask("POST", "/Users", content)
        assert (answer.status_code, (answer.json or {})["scimType"]) == (409, "uniqueness")
    for same in ({"externalId": "a"}, {"emails": [{"value": "twice@example.org", "type": "work"}]}):
        answer = scene.ask("POST", "/Users", user(**same))
        assert (answer.status_code, (answer.json or {})["scimType"]) == (409, "uniqueness"), answer.text


def test_twelve_requests_at_once_make_one_person(scene: Scene, session: Session) -> None:
    content = user(userName="at-once@example.org", **{ENTERPRISE: {"employeeNumber": "1"}})
    with ThreadPoolExecutor(max_workers=12) as pool:
        codes = sorted(pool.map(lambda _: scene.ask("POST", "/Users", content).status_code, range(12)))
    assert codes == [201] + [409] * 11
    assert session.scalar(select(func.count()).where(Person.email == "at-once@example.org")) == 1
    session.rollback()


def test_a_put_replaces_what_it_says(scene: Scene) -> None:
    made = scene.add(title="Nurse", **{ENTERPRISE: {"department": "Care", "employeeNumber": "5"},
                                       OURS: {"level": "top", "positionStart": "2020-01-01"}})  # fmt: skip
    content = user(userName=made["userName"])
    answer = scene.ask("PUT", f"/Users/{made['id']}", content)
    after = answer.json or {}
    assert answer.status_code == 200
    assert "title" not in after
    assert ENTERPRISE not in after
    assert after["active"] is True
    assert after[OURS]["level"] == "top", "what always has a value and is not mentioned stays"
    assert scene.ask("PUT", f"/Users/{made['id']}", content).json == after


def test_a_unit_or_manager_that_does_not_exist_is_named(scene: Scene, other: Scene) -> None:
    foreign = other.add()
    for values, word in (
        ({ENTERPRISE: {"department": "Harbour"}}, "Harbour"),
        ({OURS: {"unitCode": "9.9"}}, "9.9"),
        ({OURS: {"level": "king"}}, "king"),
        ({ENTERPRISE: {"manager": {"value": foreign["id"]}}}, foreign["id"]),
        ({"userName": "not an address"}, "not an address"),
    ):
        answer = scene.ask("POST", "/Users", user(**values))
        assert (answer.status_code, (answer.json or {})["scimType"]) == (400, "invalidValue")
        assert word in (answer.json or {})["detail"]
    listed = scene.ask("GET", "/Users").json or {}
    assert listed["totalResults"] == 1, "nothing was half done"


def test_the_address_follows_the_user_name_while_they_are_alike(scene: Scene) -> None:
    made = scene.add(userName="old@example.org")
    after = scene.patch(made["id"], {"op": "replace", "path": "userName", "value": "new@example.org"})
    assert after["emails"][0]["value"] == "new@example.org"
    after = scene.patch(
        made["id"], {"op": "replace", "path": 'emails[type eq "work"].value', "value": "mail@example.org"}
    )
    assert (after["userName"], after["emails"][0]["value"]) == ("new@example.org", "mail@example.org")
    after = scene.patch(made["id"], {"op": "replace", "path": "userName", "value": "k123"})
    assert (after["userName"], after["emails"][0]["value"]) == ("k123", "mail@example.org")


def test_somebody_of_another_agency_too_keeps_name_and_address(scene: Scene, other: Scene, session: Session) -> None:
    made = scene.add(userName="both@example.org")
    answer = other.ask("POST", "/Users", user(userName="both@example.org"))
    assert answer.status_code == 409
    assert "platform administrator" in (answer.json or {})["detail"]
    person = session.scalars(select(Person).where(Person.email == "both@example.org")).one()
    factories.make_position(session, person, other.care)
    session.commit()
    there = (other.ask("GET", '/Users?filter=userName eq "both@example.org"').json or {})["Resources"][0]
    assert there["id"] != made["id"]
    for scim_id, at in ((made["id"], scene), (there["id"], other)):
        at.patch(scim_id, {"op": "replace", "path": "name.givenName", "value": "Stolen"}, code=409)
        at.patch(scim_id, {"op": "replace", "path": 'emails[type eq "work"].value', "value": "t@example.org"}, code=409)
        at.patch(scim_id, {"op": "replace", "path": "title", "value": "Adviser"})
    assert scene.patch(made["id"], {"op": "replace", "path": "active", "value": False})["active"] is False
    assert other.read(there["id"])["active"] is True, "leaving one agency is not leaving the other"


def test_an_administrators_address_elsewhere_is_not_for_the_taking(scene: Scene, session: Session) -> None:
    made = scene.add(userName="root@example.org")
    person = session.scalars(select(Person).where(Person.email == "root@example.org")).one()
    factories.grant(session, person, Role.PLATFORM_ADMIN, None)
    session.commit()
    scene.patch(made["id"], {"op": "replace", "path": "userName", "value": "mine@example.org"}, code=409)


def test_people_whom_hr_entered_are_found_and_taken_over(scene: Scene, session: Session) -> None:
    person = factories.make_person(session, email="by-hand@example.org", given_name="Eva", family_name="Dahl")
    position = factories.make_position(session, person, scene.care, title="Adviser")
    extra = factories.make_position(
        session, person, scene.roads, title="Safety deputy", level=Level.EMPLOYEE_REPRESENTATIVE,
        starts_on=date(2019, 1, 1),
    )  # fmt: skip
    ids = position.id, extra.id
    session.commit()
    found = (scene.ask("GET", '/Users?filter=userName eq "By-Hand@example.org"').json or {})["Resources"][0]
    assert (found["title"], found[ENTERPRISE]["department"]) == ("Adviser", "Care")
    scene.patch(found["id"], {"op": "add", "path": "externalId", "value": "e-1"})
    after = scene.patch(found["id"], {"op": "replace", "path": "title", "value": "Senior adviser"})
    assert after["title"] == "Senior adviser"
    rows = positions(session, scene, found["id"])
    assert [each.title for each in rows] == ["Safety deputy", "Adviser", "Senior adviser"]
    ended = {each.id: each.ends_on for each in rows}
    assert ended[ids[0]] == clock.today() - timedelta(days=1)
    assert ended[ids[1]] is None, "another position of theirs is left alone"


def test_the_audit_trail_says_which_token_it_was(scene: Scene, session: Session) -> None:
    made = scene.add()
    scene.ask("DELETE", f"/Users/{made['id']}")
    events = session.scalars(select(AuditEvent).where(AuditEvent.agency_id == scene.agency.id)).all()
    actions = [each.action for each in events if each.actor_id is None]
    assert sorted(actions) == ["person.added", "person.deprovisioned", "position.added", "position.ended"]
    assert all(each.detail["token"].startswith("Entra ID (hr_") for each in events if each.actor_id is None)
    session.rollback()
