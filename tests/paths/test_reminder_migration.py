"""What waits from before there were plans is ended, and nobody is reminded again of days that have passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from learning import clock
from learning.database import prepare_engine
from learning.migrating import alembic_config, downgrade, upgrade
from learning.notifications.models import OutboxMessage
from learning.paths.models import Assignment, AssignmentMember, Audience, DueKind, LearningPath, PathVersion
from learning.paths.reminder_models import Reminder
from tests.factories import make_agency, make_person, make_position, make_unit

BEFORE = str(ScriptDirectory.from_config(alembic_config()).get_revision("0009").down_revision)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = prepare_engine(create_engine(database_url))
    yield made
    upgrade(made)
    made.dispose()


def test_old_reminders_end_and_passed_lines_are_spent(engine: Engine) -> None:
    today = clock.today()
    with Session(engine) as session:
        agency = make_agency(session)
        unit = make_unit(session, agency)
        boss, person = make_person(session), make_person(session)
        position = make_position(session, person, unit, reports_to_id=boss.id)
        path = LearningPath(agency_id=agency.id, title="Path")
        audience = Audience(agency_id=agency.id, rule={})
        session.add_all([path, audience])
        session.flush()
        version = PathVersion(path_id=path.id)
        session.add(version)
        session.flush()
        for number, due_on in enumerate((today - timedelta(days=14), today - timedelta(days=20), None)):
            assignment = Assignment(
                agency_id=agency.id,
                path_id=path.id,
                audience_id=audience.id,
                due_kind=DueKind.FIXED if due_on else DueKind.NONE,
                due_on=due_on,
                request_key=str(number),
            )
            session.add(assignment)
            session.flush()
            session.add(
                AssignmentMember(
                    agency_id=agency.id,
                    assignment_id=assignment.id,
                    person_id=person.id,
                    position_id=position.id,
                    version_id=version.id,
                    due_on=due_on,
                )
            )
        waits = ("reminder:1:after:x", None), ("reminder:1:before:x", datetime.now(UTC)), ("assigned:1", None)
        for key, sent_at in waits:
            words = {"to_address": "a@b", "language": "nb", "subject": "s", "text_body": "", "message_id": key}
            session.add(OutboxMessage(dedupe_key=key, kind="k", person_id=person.id, sent_at=sent_at, **words))
        boss_id = boss.id
        session.commit()
    downgrade(engine, BEFORE)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM outbox_message WHERE cancelled_at IS NOT NULL")) == 0
    upgrade(engine)
    with Session(engine) as session:
        cancelled = session.scalars(select(OutboxMessage.dedupe_key).where(OutboxMessage.cancelled_at.is_not(None)))
        assert cancelled.all() == ["reminder:1:after:x"]
        facts = session.scalars(select(Reminder).order_by(Reminder.due_on.desc(), Reminder.line_on, Reminder.who)).all()
        # Of the first due date, the lines of today are still to be said.
        assert [(today - each.due_on).days for each in facts] == [14] * 4 + [20] * 6
        assert [each.rule for each in facts][:4] == ["before-14", "before-3", "on", "after-7"]
        for each in facts:
            assert each.outbox_message_id is None
            assert each.line_on < today
            days = int(each.rule.partition("-")[2] or 0)
            assert (each.line_on - each.due_on).days == (-days if each.rule.startswith("before") else days)
        assert [each.recipient_id for each in facts if each.who == "manager"] == [boss_id]
