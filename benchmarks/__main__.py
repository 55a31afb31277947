"""Prints how long the large things take for a whole country, and how many statements each of them sends.

    python -m benchmarks [--agencies 600] [--managers 100000] [--largest 20000] [--database URL]

Without ``--database`` a throw-away PostgreSQL is started; a database that is named must be empty, and is filled.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from benchmarks import country
from config import Settings
from learning import clock, create_app, working_hours
from learning.database import db, writing
from learning.migrating import upgrade
from learning.needs import matrix
from learning.needs.matrix import Ask
from learning.needs.models import Horizon
from learning.needs.tallies import Leaving
from learning.notifications import reminder_run
from learning.organisation.models import Agency
from learning.paths import assigning, board, heat_map, membership, renewals
from learning.paths.audience_rules import AudienceSpec, UnitChoice
from learning.paths.due_dates import DueRule
from learning.paths.models import DueKind
from learning.people_files import applying, walking
from learning.people_files.steps import Options, Rights
from tests import databases


def _people_file(count: int) -> bytes:
    lines = ["E-mail;Given name;Family name;Unit;Level;Title;Starts on"]
    lines += [f"new{n}@example.org;Ny{n};Person{n};1;first-line;Leader;2026-01-01" for n in range(count)]
    return "\r\n".join(lines).encode()


def _next_working_day(day: date) -> date:
    while not working_hours.is_working_day(day):
        day += timedelta(days=1)
    return day


def _measures(made: country.Country) -> list[tuple[str, float, Callable[[Any], object]]]:
    """What is done, the seconds it may take, and the doing of it in a session."""
    spec = AudienceSpec(units=frozenset({UnitChoice(made.top_unit_id)}))
    due = DueRule(DueKind.FIXED, on=clock.today() + timedelta(days=90))
    leaving = Leaving(unit_ids=frozenset({made.top_unit_id + 1}))
    leaves = Ask(made.competence_ids, Horizon.THREE_YEARS, leaving=leaving)
    small = made.agencies  # the last agency

    def import_people(session: Any) -> object:
        agency = session.get_one(Agency, small)
        data = _people_file(10_000)
        rights = Rights(actor_id=None, may_join=True)
        plan = walking.plan_file(session, agency, data, Options(invite=False), rights)
        applying.apply(session, agency, plan, actor_id=None, name="people.csv", digest="d" * 64)
        return plan.counts

    def nightly(session: Any) -> object:
        membership.refresh(session)
        renewals.settle(session)
        renewals.open_rounds(session)
        made_run = reminder_run.run(session, clock.today())
        return f"{made_run.reminders} reminders in {made_run.mails} mails"

    return [
        (f"preview an audience of {made.most:,}", 0.3,
         lambda session: assigning.preview(session, made.largest, made.path_id, spec, due).total),
        (f"HR's board of {made.most:,}", 0.3, lambda session: board.board(session, made.largest).totals.total),
        (f"heat map of {made.most:,}", 0.5, lambda session: len(heat_map.heat_map(session, made.largest).rows)),
        (f"competence gaps of {made.most:,}, {len(made.competence_ids)} competences", 0.5,
         lambda session: len(matrix.build(session, made.largest, Ask(made.competence_ids)).cells)),
        ("the same in three years, when a unit leaves", 0.5,
         lambda session: len(matrix.build(session, made.largest, leaves).cells)),
        (f"assign a path to {made.most:,}", 3.0,
         lambda session: assigning.assign(
             session, made.largest, made.path_id, spec, due, request_key="b" * 20, actor_id=None).id),
        (f"nightly run of all {made.managers:,}: members, renewals, reminders", 60.0, nightly),
        ("import 10,000 rows: check, plan, apply", 20.0, import_people),
    ]  # fmt: skip


def _run(url: str, arguments: argparse.Namespace) -> int:
    app = create_app(Settings(demo=True, database_url=url, secret_key="b" * 40))
    failed = 0
    with app.app_context():
        upgrade(db.engine)
        began = time.perf_counter()
        with writing() as session:
            made = country.build(session, arguments.agencies, arguments.managers, arguments.largest)
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")
        print(f"{made.agencies:,} agencies, {made.managers:,} managers, made in {time.perf_counter() - began:.0f} s\n")
        statements: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *found: statements.append(found[2]))
        morning = clock.now()
        day = _next_working_day(clock.today())
        morning = morning.replace(year=day.year, month=day.month, day=day.day, hour=9)
        print(f"{'what':<62} {'seconds':>8} {'may take':>9} {'statements':>11}")
        with clock.stopped_at(morning):
            for what, limit, work in _measures(made):
                statements.clear()
                began = time.perf_counter()
                with writing() as session:
                    result = work(session)
                    session.flush()
                seconds = time.perf_counter() - began
                verdict = "" if seconds <= limit else "  too slow"
                failed += bool(verdict)
                figures = f"{seconds:>8.2f} {limit:>9.1f} {len(statements):>11,}"
                print(f"{what:<62} {figures}{verdict}   {result}", flush=True)
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--agencies", type=int, default=600)
    parser.add_argument("--managers", type=int, default=100_000)
    parser.add_argument("--largest", type=int, default=20_000, help="managers of the largest agency")
    parser.add_argument("--database", help="the address of an empty database")
    arguments = parser.parse_args()
    if arguments.database:
        return _run(arguments.database, arguments)
    if databases.initdb() is None:
        parser.error("PostgreSQL is not installed: apt-get install postgresql, or name an empty --database")
    folder = Path(tempfile.mkdtemp(prefix="handlingsrom-benchmark-"))
    folder.chmod(0o755)
    databases.start_cluster(folder)
    try:
        return _run(databases.postgresql_url(folder, "postgres"), arguments)
    finally:
        databases.stop_cluster(folder)


if __name__ == "__main__":
    sys.exit(main())
