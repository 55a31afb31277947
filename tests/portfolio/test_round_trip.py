"""A record goes from one installation to another: each has its own application, database and key."""

from __future__ import annotations

import base64
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from learning import create_app
from learning.access.models import Role
from learning.access.sign_in import set_password
from learning.catalogue.frameworks import DELIVERED
from learning.certificates import issuing
from learning.certificates.models import Certificate
from learning.competences import keeping, publishing
from learning.competences.evidence_models import CompetenceLevel, Evidence
from learning.competences.levels import EvidenceKind
from learning.competences.models import Competence
from learning.database import db
from learning.portfolio import badges, keys
from learning.portfolio.fetching import NotFetched
from learning.portfolio.models import TakenIn, TakenStatus, TrustedIssuer
from tests import factories
from tests.conftest import COURSES, PASSWORD, Browser

SENDER = "https://sender.example"
SignIn = Callable[..., FlaskClient]


class Sender:
    """The other installation, with one person who has completed a course and holds a level."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.files: dict[str, bytes] = {}
        self.online = True
        with app.app_context(), db.sessionmaker() as session:
            publishing.publish(session, DELIVERED)
            version = factories.publish_sample(session)
            agency = factories.make_agency(session, name="Sending agency")
            person = factories.make_person(session, email="ada@home.example")
            factories.make_position(session, person, factories.make_unit(session, agency))
            completion = factories.complete_course(session, person, version)
            self.certificate_id = session.scalars(
                select(Certificate.id).where(Certificate.completion_id == completion.id)
            ).one()
            competence = session.scalars(select(Competence.id).where(Competence.code == "RM.2")).one()
            keeping.add(
                session, person.id, [competence], EvidenceKind.PRIOR_LEARNING, source="p", origin="p",
                happened_on=date(2026, 1, 1),
            )  # fmt: skip
            set_password(session, person, PASSWORD)
            session.commit()
        self.client = app.test_client()
        self.client.post("/sign-in", data={"email": "ada@home.example", "password": PASSWORD})

    def take_out(self, form: str) -> bytes:
        answer = self.client.post("/portfolio/take-out", data={"form": form})
        assert answer.status_code == 200
        return answer.get_data()

    def fetch(self, url: str) -> dict[str, Any]:
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != SENDER or not self.online:
            raise NotFetched(url)
        answer = self.app.test_client().get(parts.path)
        assert answer.status_code == 200
        return dict(answer.get_json())

    def tokens(self) -> list[str]:
        return list(json.loads(self.take_out("json"))["openBadges"])


@pytest.fixture
def sender(tmp_path: Path, sqlite_template: Path) -> Iterator[Sender]:
    path = tmp_path / "sender.sqlite3"
    shutil.copy(sqlite_template, path)
    settings = Settings(
        demo=True, database_url=f"sqlite:///{path}", secret_key="y" * 40, courses_path=COURSES, base_url=SENDER
    )
    application = create_app(
        settings, TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=True, SESSION_COOKIE_SECURE=False
    )
    application.test_client_class = Browser
    yield Sender(application)
    with application.app_context():
        db.engine.dispose()


class Receiver:
    def __init__(self, app: Flask, session: Session, sign_in: SignIn) -> None:
        self.session = session
        publishing.publish(session, DELIVERED)
        agency = factories.make_agency(session)
        unit = factories.make_unit(session, agency)
        person = factories.make_person(session, email="ada@home.example")
        other = factories.make_person(session)
        hr = factories.make_person(session)
        for each in (person, other, hr):
            factories.make_position(session, each, unit)
        factories.grant(session, hr, Role.HR, agency)
        self.address, self.agency_id, self.person_id = f"/agency/{agency.slug}", agency.id, person.id
        session.commit()
        self.client, self.other, self.hr = sign_in(person), sign_in(other), sign_in(hr)

    def trust(self, **values: str) -> TestResponse:
        return self.hr.post(f"{self.address}/issuers", data={"name": "Sender", "address": SENDER, **values})

    def check(self, content: bytes | str, client: FlaskClient | None = None) -> str:
        data = content.encode() if isinstance(content, str) else content
        answer = (client or self.client).post(
            "/portfolio/check", data={"file": (io.BytesIO(data), "f")}, content_type="multipart/form-data"
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def rows(self) -> list[TakenIn]:
        self.session.rollback()
        found = list(self.session.scalars(select(TakenIn).order_by(TakenIn.id)))
        self.session.expunge_all()
        self.session.rollback()
        return found

    def levels(self) -> dict[str, int]:
        found = self.session.execute(
            select(Competence.code, CompetenceLevel.level)
            .join(Competence, Competence.id == CompetenceLevel.competence_id)
            .where(CompetenceLevel.person_id == self.person_id)
        )
        levels = dict(iter(found.tuples()))
        self.session.rollback()
        return levels


@pytest.fixture
def receiver(app: Flask, session: Session, sign_in: SignIn, sender: Sender) -> Receiver:
    app.config["PORTFOLIO_FETCH"] = sender.fetch
    return Receiver(app, session, sign_in)


def test_a_record_goes_to_another_agency_and_counts_there_once_until_it_is_ended(
    sender: Sender, receiver: Receiver
) -> None:
    assert receiver.trust().status_code == 303
    archive = sender.take_out("zip")
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert {"portfolio.json", "portfolio.pdf"} < set(opened.namelist())
        assert opened.read("portfolio.pdf").startswith(b"%PDF")
    for content in (archive, sender.take_out("json")):
        assert "Not verified" not in receiver.check(content)
    offered = receiver.rows()
    assert {each.kind.value for each in offered} == {"completion", "level"}
    assert all(each.same_email and each.revocation_known for each in offered)
    assert receiver.levels() == {}

    ids = [each.id for each in offered]
    for _ in range(2):
        assert receiver.client.post("/portfolio/take-in", data={"badge": ids}).status_code == 303
    assert {each.status for each in receiver.rows()} == {TakenStatus.WAITING}
    for each in [*ids, *ids]:
        answer = receiver.hr.post(f"{receiver.address}/brought/{each}", data={"decision": "yes"})
        assert answer.status_code == 303
    assert receiver.levels()["RM.2"] == 2
    mine = receiver.client.get("/my/competences")
    assert mine.status_code == 200
    amount = receiver.session.scalar(select(func.count()).select_from(Evidence))
    receiver.session.rollback()
    assert "Brought before" in receiver.check(archive)
    assert receiver.session.scalar(select(func.count()).select_from(Evidence)) == amount
    receiver.session.rollback()

    level = next(each.id for each in offered if each.level == 2)
    bare = receiver.hr.post(f"{receiver.address}/brought/{level}", data={"decision": "no"})
    assert bare.status_code == 422
    receiver.hr.post(f"{receiver.address}/brought/{level}", data={"decision": "no", "answer": "A mistake"})
    assert receiver.levels().get("RM.2", 0) < 2
    for each in ids:
        receiver.client.post(f"/portfolio/taken-in/{each}/take-back")
    assert receiver.levels() == {}
    assert {each.status for each in receiver.rows()} == {TakenStatus.ENDED, TakenStatus.WITHDRAWN}
    assert receiver.hr.get(f"{receiver.address}/brought").status_code == 200
    assert receiver.client.get("/portfolio").status_code == 200


def test_an_unknown_issuer_is_shown_as_unknown_and_a_changed_badge_as_changed(
    sender: Sender, receiver: Receiver
) -> None:
    token = sender.tokens()[0]
    assert "The issuer is unknown here" in receiver.check(token)
    receiver.trust()
    head, body, signature = token.split(".")
    claims = json.loads(decode(body))
    claims["credentialSubject"]["achievement"]["name"] = "Another course"
    assert "The signature is not the issuer" in receiver.check(".".join([head, encode(claims), signature]))
    claims["issuer"]["id"] = "https://sender.example.evil.example/open-badges/issuer"
    assert "The issuer is unknown here" in receiver.check(".".join([head, encode(claims), signature]))
    assert "not a badge" in receiver.check("e30.e30.e30")
    assert receiver.rows() == []


def test_an_issuers_badge_signed_with_another_key_is_refused(sender: Sender, receiver: Receiver) -> None:
    receiver.trust()
    body = json.loads(decode(sender.tokens()[0].split(".")[1]))
    with KeyOf(receiver) as key:
        forged = badges.signed(body, keys.private_part(key), "https://sender.example/x")
    assert "The signature is not the issuer" in receiver.check(forged)
    assert receiver.rows() == []


def test_expired_and_revoked_badges_are_told_and_not_kept(sender: Sender, receiver: Receiver) -> None:
    receiver.trust()
    tokens = sender.tokens()
    with sender.app.app_context(), db.sessionmaker() as session:
        key = keys.current(session)
        made = json.loads(decode(tokens[0].split(".")[1]))
        made["validUntil"] = badges.instant(datetime.now(UTC) - timedelta(days=1))
        expired = badges.signed(made, keys.private_part(key), keys.address_of(key.thumbprint, SENDER))
        session.rollback()
    assert "time is over" in receiver.check(expired)
    with sender.app.app_context(), db.sessionmaker() as session:
        certificate = session.get_one(Certificate, sender.certificate_id)
        issuing.revoke(session, certificate, "Cheated at it", certificate.person_id)
        for each in session.scalars(select(Evidence).where(Evidence.kind == EvidenceKind.PRIOR_LEARNING)).all():
            keeping.withdraw(session, each, "wrong")
        session.commit()
    answer = receiver.check(json.dumps({"openBadges": tokens}))
    assert answer.count("The issuer has revoked the badge.") == 2
    listed = json.dumps(sender.fetch(f"{SENDER}/open-badges/revoked"))
    with sender.app.app_context(), db.sessionmaker() as session:
        assert session.get_one(Certificate, sender.certificate_id).code not in listed
        session.rollback()
    assert not any(each.level == 2 or each.kind.value == "completion" for each in receiver.rows())


def test_somebody_elses_badge_counts_only_when_hr_has_made_sure(sender: Sender, receiver: Receiver) -> None:
    receiver.trust()
    assert "another e-mail address" in receiver.check(sender.tokens()[0], receiver.other)
    row = receiver.rows()[0]
    assert not row.same_email
    assert receiver.client.post("/portfolio/take-in", data={"badge": row.id}).status_code == 303
    assert receiver.rows()[0].status is TakenStatus.OFFERED  # not theirs to send
    receiver.other.post("/portfolio/take-in", data={"badge": row.id})
    where = f"{receiver.address}/brought/{row.id}"
    assert receiver.hr.post(where, data={"decision": "yes"}).status_code == 422
    assert receiver.hr.post(where, data={"decision": "yes", "theirs": "yes"}).status_code == 303
    assert receiver.rows()[0].status is TakenStatus.GRANTED
    assert receiver.client.post(f"/portfolio/taken-in/{row.id}/take-back").status_code == 404


def test_without_a_way_out_the_keys_that_hr_has_entered_are_used(sender: Sender, receiver: Receiver) -> None:
    token, public = sender.tokens()[0], json.dumps(sender.fetch(f"{SENDER}/.well-known/jwks.json"))
    sender.online = False
    receiver.trust()
    assert "could not be fetched" in receiver.check(token)
    issuer = receiver.session.scalars(select(TrustedIssuer.id)).one()
    receiver.session.rollback()
    assert receiver.hr.post(f"{receiver.address}/issuers/{issuer}/remove").status_code == 303
    assert receiver.trust(keys='{"keys": [{"kty": "oct", "k": "AA"}]}').status_code == 422
    assert receiver.trust(keys=public).status_code == 303
    answer = receiver.check(token)
    assert "could not be found out" in answer
    assert not receiver.rows()[0].revocation_known


def test_what_an_earlier_key_signed_holds_after_a_change_of_keys(sender: Sender, receiver: Receiver) -> None:
    receiver.trust()
    before = sender.tokens()[0]
    with sender.app.app_context(), db.sessionmaker() as session:
        keys.rotate(session)
        session.commit()
    after = sender.tokens()[0]
    assert len(sender.fetch(f"{SENDER}/.well-known/jwks.json")["keys"]) == 2
    assert before != after
    for token in (before, after):
        assert "Not verified" not in receiver.check(token)


def test_badges_have_what_open_badges_asks_for_and_no_address_to_read(sender: Sender) -> None:
    tokens = sender.tokens()
    published = KeySet.import_key_set(sender.fetch(f"{SENDER}/.well-known/jwks.json"))
    for token in tokens:
        made = jwt.decode(token, published, algorithms=["RS256"])
        claims = made.claims
        assert made.header["typ"] == "JWT"
        assert sender.fetch(str(made.header["kid"]))["kty"] == "RSA"
        assert claims["@context"][0] == "https://www.w3.org/ns/credentials/v2"
        assert claims["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
        assert claims["iss"] == claims["issuer"]["id"] == sender.fetch(claims["issuer"]["id"])["id"]
        assert claims["jti"] == claims["id"]
        assert datetime.fromisoformat(claims["validFrom"]).timestamp() == claims["nbf"]
        subject = claims["credentialSubject"]
        assert subject["type"] == ["AchievementSubject"]
        assert {"type", "identityHash", "identityType", "hashed"} <= set(subject["identifier"][0])
        achievement = subject["achievement"]
        assert {"id", "type", "name", "description", "criteria"} <= set(achievement)
        for each in achievement.get("alignment", []):
            assert {"type", "targetName", "targetUrl"} <= set(each)
        for each in achievement.get("resultDescription", []):
            assert {"id", "type", "name", "resultType"} <= set(each)
        assert "ada@home" not in json.dumps(claims)


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def encode(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


class KeyOf:
    """The receiver's own key, as a stranger's."""

    def __init__(self, receiver: Receiver) -> None:
        self._session = receiver.session

    def __enter__(self) -> Any:
        return keys.current(self._session)

    def __exit__(self, *_: object) -> None:
        self._session.rollback()
