"""The whole walk from a file's bytes to a plan."""

from __future__ import annotations

from sqlalchemy.orm import Session

from learning import clock
from learning.organisation.models import Agency
from learning.people_files import checking, known, planning, reading
from learning.people_files.columns import read_header
from learning.people_files.faults import Fault, Kind
from learning.people_files.steps import Options, Plan, Rights


def read_faults(data: bytes) -> list[Fault]:
    """What keeps the file from being read at all: its form or its header."""
    try:
        table = reading.read(data)
    except reading.Unreadable as unreadable:
        return [unreadable.fault]
    _, faults = read_header(table.header.cells, table.header.number)
    return faults or ([] if table.rows else [Fault(table.header.number, "", Kind.NO_ROWS)])


def plan_file(
    session: Session, agency: Agency, data: bytes, options: Options, rights: Rights, *, lock: bool = False
) -> Plan:
    """What the file would do to the agency's people now. A plan with faults does nothing.

    ``lock`` holds other changes to them back until the commit: for applying the plan.
    """
    try:
        table = reading.read(data)
    except reading.Unreadable as unreadable:
        return Plan(options, faults=[unreadable.fault])
    header, faults = read_header(table.header.cells, table.header.number)
    if not faults and not table.rows:
        faults = [Fault(table.header.number, "", Kind.NO_ROWS)]
    if faults:
        return Plan(options, faults=faults, unknown_columns=header.unknown)
    checked = checking.check(table, header)
    people = checking.check_beside(checked)
    here = known.load(session, agency, people, lock=lock)
    return planning.plan(checked, people, here, options, rights, clock.today())
