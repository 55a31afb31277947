"""Saved views by mail: the numbers, the first rows and a link, on the days that their readers chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from babel.dates import format_date
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from learning import clock, working_hours
from learning.access.policy import Permission, may
from learning.access.sign_in import load_actor
from learning.notifications import view_links
from learning.notifications.mail_texts import VIEW, ViewWords
from learning.notifications.messages import Link, Listed, Point, compose, day_in_words, mail_language
from learning.notifications.models import OutboxMessage
from learning.notifications.outbox import Letter, cancel, queue
from learning.organisation import bounces
from learning.paths import board, list_choices, looking_ahead, member_list, saved_views
from learning.paths.board import Tally
from learning.paths.due_dates import Status
from learning.paths.saved_view_models import SavedView, ViewPage, ViewSchedule

KIND = "saved-view"
FIRST_ROWS = 10


@dataclass(frozen=True)
class Content:
    """What a view shows today: its ``number`` of rows, what is said of the whole, and the first rows."""

    number: int
    numbers: str
    points: list[Point]


def waiting(session: Session) -> list[tuple[int, int]]:
    """View and person of the mails whose day and hour have come. One query; none outside working hours."""
    now = clock.now()
    if not working_hours.is_open(now):
        return []
    here = now.astimezone(clock.OSLO)
    found = session.execute(
        select(ViewSchedule.view_id, ViewSchedule.person_id, ViewSchedule.every)
        .where(ViewSchedule.hour <= here.hour, or_(ViewSchedule.last_on.is_(None), ViewSchedule.last_on < here.date()))
        .order_by(ViewSchedule.view_id, ViewSchedule.person_id)
    ).all()
    return [(view_id, person_id) for view_id, person_id, every in found if saved_views.is_due(every, here.date())]


def send(session: Session, view_id: int, person_id: int, day: date) -> bool:
    """Queue the mail of a day, unless another worker has dealt with it; whether there was one to queue.

    In the caller's transaction, so that the day is dealt with and the mail is queued, or neither. Whoever may not see
    the agency's board any longer, or the view, gets no more of them.
    """
    claimed = session.execute(
        update(ViewSchedule)
        .where(
            ViewSchedule.view_id == view_id,
            ViewSchedule.person_id == person_id,
            or_(ViewSchedule.last_on.is_(None), ViewSchedule.last_on < day),
        )
        .values(last_on=day)
        .execution_options(synchronize_session=False)
    )
    if not claimed.rowcount:  # type: ignore[attr-defined]
        return False
    found = _schedule(session, view_id, person_id)
    if found is None or not _may_see(session, found):
        saved_views.stop(session, view_id, person_id)
        return False
    if bounces.unreached(session, [person_id]):
        return False
    language = mail_language(found.person.language)
    content = _content(session, found.view, language)
    if content is None or not (content.number or found.also_empty):
        return False
    return queue(session, [_letter(found, content, language, day)]) > 0


def may_go(session: Session, message: OutboxMessage) -> bool:
    """Whether a mail that waited may still go out: its reader has not stopped it or lost the role meanwhile."""
    view_id, person_id = (int(each) for each in message.dedupe_key.split(":")[1:3])
    found = _schedule(session, view_id, person_id)
    return found is not None and _may_see(session, found)


def stop(session: Session, view_id: int, person_id: int) -> None:
    """No more mails of the view to the person, nor one that waits."""
    saved_views.stop(session, view_id, person_id)
    cancel(session, [f"{KIND}:{view_id}:{person_id}:"])


def _schedule(session: Session, view_id: int, person_id: int) -> ViewSchedule | None:
    return session.scalar(
        select(ViewSchedule)
        .options(
            joinedload(ViewSchedule.view, innerjoin=True).joinedload(SavedView.agency, innerjoin=True),
            joinedload(ViewSchedule.person, innerjoin=True),
        )
        .where(ViewSchedule.view_id == view_id, ViewSchedule.person_id == person_id)
    )


def _may_see(session: Session, found: ViewSchedule) -> bool:
    view, person = found.view, found.person
    if person.deactivated_at is not None or not (view.is_shared or view.owner_id == person.id):
        return False
    return may(load_actor(session, person.id), Permission.SEE_BOARD, view.agency_id)


def _letter(found: ViewSchedule, content: Content, language: str, day: date) -> Letter:
    view, person, words = found.view, found.person, VIEW[language]
    stop_path = f"/view-stop/{view_links.sign(view.id, person.id)}"
    path = "/sign-in?" + urlencode({"next": f"/agency/{view.agency.slug}/views/{view.id}"})
    more = content.number - len(content.points)
    numbers = content.numbers if content.number else words.nothing
    lists = [Listed("", content.points)] if content.points else []
    message = compose(
        KIND, language, path=path, lists=lists, small_print=[Link(words.stop, stop_path)], name=person.given_name,
        view=view.name, agency=view.agency.name, numbers=numbers,
        more=words.more.format(number=more) if more > 0 and view.page is ViewPage.MEMBERS else "",
    )  # fmt: skip
    key = f"{KIND}:{view.id}:{person.id}:{day.isoformat()}"
    return Letter(person, message, KIND, key, view.agency_id, stop_path=stop_path)


def _content(session: Session, view: SavedView, language: str) -> Content | None:
    """None when a unit or an assignment that the view is about is gone."""
    words = VIEW[language]
    if view.page is ViewPage.AHEAD:
        return _ahead(session, view, words, language)
    if view.page is ViewPage.BOARD:
        return _board(session, view, words)
    return _members(session, view, words, language)


def _tally(tally: Tally, words: ViewWords) -> str:
    return words.tally.format(
        total=tally.total, done=tally.done, under_way=tally.under_way, not_begun=tally.not_begun, overdue=tally.overdue
    )


def _board(session: Session, view: SavedView, words: ViewWords) -> Content | None:
    found = board.board(session, view.agency_id, unit_id=view.choices.get("unit"))
    if found is None:
        return None
    shown = [each for each in found.assignments if each.tally.total]
    points = [Point(each.assignment.path.title, "", _tally(each.tally, words)) for each in shown[:FIRST_ROWS]]
    return Content(found.totals.total, _tally(found.totals, words), points)


def _members(session: Session, view: SavedView, words: ViewWords, language: str) -> Content | None:
    try:
        wanted = list_choices.read_in(session, view.agency_id, list_choices.kept(view.choices))
    except list_choices.UnknownChoice:
        return None
    found = member_list.listing(session, view.agency_id, wanted, page_size=FIRST_ROWS)
    counts = member_list.counts(session, view.agency_id, wanted)
    tally = Tally(**{status.value.replace("-", "_"): counts.get(status, 0) for status in Status})
    points = []
    for row in found.rows:
        said = words.due.format(date=day_in_words(row.due_on, language)) if row.due_on else words.no_due_date
        points.append(Point(f"{row.name}: {row.path_title}", "", said))
    return Content(found.total, _tally(tally, words), points)


def _ahead(session: Session, view: SavedView, words: ViewWords, language: str) -> Content:
    months = looking_ahead.due_by_month(session, view.agency_id)
    points = [
        Point(
            format_date(each.first, "LLLL y", locale=language), "", words.month.format(left=each.left, all=each.total)
        )
        for each in months
        if each.total
    ]
    left, total = sum(each.left for each in months), sum(each.total for each in months)
    return Content(left, words.month.format(left=left, all=total), points)
