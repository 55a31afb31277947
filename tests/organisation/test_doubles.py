"""Who is suggested as a double, who may merge whom, and what the pages say before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.access.models import AuditEvent, Role
from learning.organisation.doubles import Account, folded_name, folded_number, likely_pairs
from learning.organisation.models import Person, PersonMerge
from learning.progress.models import Completion
from tests.factories import complete_course, grant, make_agency, make_person, make_position, make_unit, publish_sample
from tests.paths.scene import Town, assign, audience, make_course, make_path, make_town

SignIn = Callable[[Person], FlaskClient]


@dataclass
class Scene:
    town: Town
    hr: Person
    admin: Person
    platform: Person
    one: Person
    other: Person

    def address(self, one: Person | None = None, other: Person | None = None) -> str:
        first, second = one or self.one, other or self.other
        return f"/agency/{self.town.agency.slug}/people/{first.id}/same-person/{second.id}"


@pytest.fixture
def scene(session: Session) -> Scene:
    town = make_town(session)
    hr, admin, platform = (make_person(session) for _ in range(3))
    for each, role in ((hr, Role.HR), (admin, Role.AGENCY_ADMIN)):
        make_position(session, each, town.top)
        grant(session, each, role, town.agency)
    grant(session, platform, Role.PLATFORM_ADMIN, None)
    one = make_person(session, given_name="Åse", family_name="Nes-Berg", email="ase.nes@example.org")
    other = make_person(session, given_name="åse", family_name="Nes Berg", email="ase.berg@example.org")
    make_position(session, one, town.school)
    make_position(session, other, town.school)
    complete_course(session, other, publish_sample(session))
    path = make_path(session, town.agency, make_course(session))
    assign(session, path, audience(town.top))
    for each in (town.agency, hr, admin, platform, one, other):
        session.refresh(each)
    session.commit()
    return Scene(town, hr, admin, platform, one, other)


def text_of(client: FlaskClient, address: str) -> str:
    return client.get(address, follow_redirects=True).get_data(as_text=True)


def test_likely_doubles_are_listed_compared_and_merged(session: Session, scene: Scene, sign_in: SignIn) -> None:
    client = sign_in(scene.hr)
    here = f"/agency/{scene.town.agency.slug}"
    listed = text_of(client, f"{here}/doubles")
    assert "ase.nes@example.org" in listed
    assert scene.address() in listed
    found = text_of(client, f"{here}/people/{scene.one.id}/same-person?q=berg")
    assert scene.address() in found
    page = text_of(client, f"{scene.address()}?keep={scene.one.id}")
    for words in (
        "ase.nes@example.org is kept",
        "ase.berg@example.org can no longer sign in",
        "1 completion and its certificate move.",
        "Both have the position Manager in School: it is held once, without an end.",
        "it is held once.",
        "It cannot be undone.",
    ):
        assert words in page, words
    assert text_of(client, f"{scene.address()}?keep={scene.other.id}").count("ase.berg@example.org is kept") == 1
    for wrong in ("", "ase.berg@example.org", "nonsense"):
        answer = client.post(scene.address(), data={"keep": scene.one.id, "address": wrong})
        assert answer.status_code == 422
    assert session.scalars(select(PersonMerge)).all() == []
    session.commit()
    form = {"keep": scene.one.id, "address": " Ase.Nes@example.org ", "reason": "Married"}
    done = client.post(scene.address(), data=form)
    assert done.status_code == 303
    assert done.location.endswith(f"/people/{scene.one.id}")
    after = text_of(client, done.location)
    assert "Completions that came along: 1." in after
    assert "Earlier accounts: ase.berg@example.org" in after
    assert "A sample course" in after
    # Twice is once, the old address of the page leads to the new one, and the list is empty.
    assert client.post(scene.address(), data=form).location.endswith(f"/people/{scene.one.id}")
    assert client.get(f"{here}/people/{scene.other.id}").location.endswith(f"/people/{scene.one.id}")
    assert "No two accounts here look like" in text_of(client, f"{here}/doubles")
    assert text_of(client, f"{here}/people").count("Nes-Berg") == 1
    assert "ase.nes@example.org" in text_of(client, f"{here}/members")
    assert session.scalars(select(Completion.person_id)).all() == [scene.one.id]
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "person.merged"))
    assert (event.detail["former_address"], event.detail["reason"]) == ("ase.berg@example.org", "Married")


def test_an_agency_merges_only_what_is_its_own(session: Session, scene: Scene, sign_in: SignIn) -> None:
    elsewhere = make_unit(session, make_agency(session))
    guest = make_person(session)
    make_position(session, guest, scene.town.school)
    make_position(session, guest, elsewhere)
    stranger = make_person(session)
    make_position(session, stranger, elsewhere)
    officer = make_person(session)
    make_position(session, officer, scene.town.school)
    grant(session, officer, Role.AUDITOR, scene.town.agency)
    session.commit()
    hr, admin, platform = sign_in(scene.hr), sign_in(scene.admin), sign_in(scene.platform)

    def tried(client: FlaskClient, other: Person) -> tuple[int, str]:
        address, form = scene.address(other=other), {"keep": scene.one.id, "address": scene.one.email}
        page = client.get(address)
        if page.status_code == 404:
            assert client.post(address, data=form).status_code == 404
            return 404, ""
        if '<form method="post" class="form"' not in page.get_data(as_text=True):
            answer = client.post(address, data=form)
            return answer.status_code, answer.get_data(as_text=True)
        return 200, page.get_data(as_text=True)

    for client in (hr, admin):
        assert tried(client, stranger)[0] == 404
        code, page = tried(client, guest)
        assert code == 422
        assert "Ask the platform administrator." in page
        assert guest.email not in page
    code, page = tried(hr, officer)
    assert code == 422
    assert "administrator to do this" in page
    assert tried(admin, officer)[0] == 200
    for other in (stranger, guest, officer):
        assert tried(platform, other)[0] == 200
    assert stranger.email in text_of(platform, f"/agency/{scene.town.agency.slug}/people/{scene.one.id}/same-person?q=")
    assert stranger.email not in text_of(hr, f"/agency/{scene.town.agency.slug}/people/{scene.one.id}/same-person?q=")
    assert session.scalars(select(PersonMerge)).all() == []


def test_a_person_is_not_their_own_double(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in(scene.hr)
    assert client.get(scene.address(other=scene.one)).status_code == 404
    assert client.get(scene.address() + "9" * 30).status_code == 404


def test_the_account_that_is_in_use_is_offered_to_be_kept(session: Session, scene: Scene, sign_in: SignIn) -> None:
    sign_in(scene.other)
    page = text_of(sign_in(scene.hr), scene.address())
    assert "ase.berg@example.org is kept" in page
    assert "Keep ase.nes@example.org instead" in page


_accounts = st.lists(
    st.builds(
        Account,
        person_id=st.integers(1, 50),
        name=st.sampled_from(["Åse Nes-Berg", "åse nes berg", "Ola  Li", "OLA LI", "Kari Å. Os"]),
        email=st.just("a@example.org"),
        number=st.sampled_from([None, "", "0042", "42", "7 7", "77", "0"]),
    ),
    unique_by=lambda each: each.person_id,
    max_size=12,
)


@given(_accounts)
def test_pairs_are_alike_and_come_once(accounts: list[Account]) -> None:
    pairs = likely_pairs(accounts)
    keys = [(pair.one.person_id, pair.other.person_id) for pair in pairs]
    assert len(keys) == len(set(keys))
    for pair in pairs:
        assert pair.one.person_id < pair.other.person_id
        if pair.why == "number":
            assert folded_number(pair.one.number or "") == folded_number(pair.other.number or "") != ""
        else:
            assert folded_name(pair.one.name) == folded_name(pair.other.name)
    assert likely_pairs(accounts[::-1]) == pairs
