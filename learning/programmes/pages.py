"""What several pages of this room show: a cohort for HR and for facilitators, the list of who came, drafts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import signed_in_actor
from learning.catalogue.wording import course_title
from learning.database import db
from learning.interface import interface_language
from learning.paths.forms import whole_number
from learning.paths.wording import STATUS_COLOURS, status_name
from learning.programmes import attendance, cohorts, gatherings, participants, progress, wording
from learning.programmes.attendance import NO_MARK, Mark
from learning.programmes.forms import MOST_AT_ONCE
from learning.programmes.models import Attended, Cohort, Gathering, Reply
from learning.programmes.times import monthly


@dataclass(frozen=True)
class Tally:
    """How many said and did what."""

    replies: Counter[Reply]
    attended: Counter[Attended]

    @property
    def is_noted(self) -> bool:
        return self.attended[Attended.UNKNOWN] < self.attended.total()


def _tally(marks: Sequence[Mark]) -> Tally:
    return Tally(Counter(mark.reply for mark in marks), Counter(mark.attended for mark in marks))


def when(gathering: Gathering) -> str:
    """The day and the hours in the reader's language."""
    return wording.when_in_words(gathering.starts_at, gathering.ends_at, interface_language())


def words() -> dict[str, Any]:
    """What the room's templates call things by."""
    return {
        "when": when,
        "now": clock.now(),
        "course_title": course_title,
        "status_name": status_name,
        "status_colours": STATUS_COLOURS,
        "state_name": wording.state_name,
        "state_colours": wording.STATE_COLOURS,
        "reply_name": wording.reply_name,
        "replies": list(Reply),
        "attended_name": wording.attended_name,
        "attended_colours": wording.ATTENDED_COLOURS,
        "no_mark": NO_MARK,
        "may_note": attendance.may_note,
    }


def cohort_page(cohort: Cohort) -> dict[str, Any]:
    """A cohort with its gatherings, participants and how far they have come. A fixed number of queries."""
    everybody = participants.listing(db.session, cohort)
    people = [each for each in everybody if each.left_at is None]
    meetings = gatherings.of_cohort(db.session, cohort.id)
    marks = attendance.of_cohort(db.session, cohort.id)
    held = [each for each in meetings if each.cancelled_at is None]
    over = sum(each.ends_at <= clock.now() for each in held)
    ids = [each.person_id for each in people]
    return {
        "cohort": cohort,
        "state": cohorts.state(cohort, len(held), over, clock.today()),
        "facilitators": cohorts.facilitators(db.session, cohort.id),
        "people": people,
        "left": [each for each in everybody if each.left_at is not None],
        "gatherings": meetings,
        "held": held,
        "steps": progress.steps(db.session, cohort),
        "how_far": progress.how_far(db.session, cohort),
        "nowhere": progress.NOWHERE,
        "by_step": progress.by_step(db.session, cohort, ids),
        "marks": marks,
        "tallies": {each.id: _tally([marks.get((person_id, each.id), NO_MARK) for person_id in ids]) for each in held},
    }


def attendance_page(gathering: Gathering, back: str) -> str | tuple[str, int] | AnyResponse:
    """Who came: radio buttons for each participant, and one button for all who have none. Saving again corrects."""
    people = [each for each in participants.listing(db.session, gathering.cohort) if each.left_at is None]
    fault = None
    if request.method == "POST":
        try:
            attendance.note(
                db.session, gathering, _read_marks({each.person_id for each in people}),
                actor_id=signed_in_actor().person_id,
            )  # fmt: skip
        except attendance.TooEarly:
            fault = gettext("You can note who came from the day of the gathering on.")
        except gatherings.GatheringCancelled:
            fault = gettext("The gathering is cancelled: there is nobody to note.")
        except attendance.NotInvited:
            fault = gettext("Somebody left the programme while you wrote. Look at the list and save again.")
        else:
            flash(gettext("Saved. You can change it here at any time."))
            return redirect(request.path, 303)
    page = render_template(
        "programmes/attendance.html",
        gathering=gathering,
        cohort=gathering.cohort,
        people=people,
        marks=attendance.of_gathering(db.session, gathering.id),
        choices=list(Attended),
        fault=fault,
        back=back,
        **words(),
    )
    return page, 422 if fault else 200


def _read_marks(person_ids: set[int]) -> dict[int, Attended]:
    """What was changed in the form: each choice stands beside what it was when the form was loaded.

    So two who note at the same time do not undo each other's marks.
    """
    rest = request.form.get("everybody_else") == "present"
    found = {}
    for person_id in person_ids:
        chosen, before = (request.form.get(f"{name}-{person_id}", "") for name in ("attended", "was"))
        if chosen not in set(Attended):
            continue
        if rest and chosen == Attended.UNKNOWN:
            chosen = Attended.PRESENT.value
        if chosen != before:
            found[person_id] = Attended(chosen)
    return found


def drafts(wish: Mapping[str, str]) -> list[dict[str, Any]]:
    """Gatherings to mend and save: as many as asked for, a month apart; one empty when nothing is asked."""
    times = whole_number(wish.get("times", ""), MOST_AT_ONCE) or 1
    try:
        first = date.fromisoformat(wish.get("first", ""))
        days = list(monthly(first, times)) if first.year < 2100 else []
    except ValueError:
        days = []
    if not days:
        return [_draft(wish, number, times) for number in range(times)]
    return [{**_draft(wish, number, times), "day": day} for number, day in enumerate(days)]


def _draft(wish: Mapping[str, str], number: int, times: int) -> dict[str, Any]:
    title = gettext("Gathering %(number)d", number=number + 1) if times > 1 else ""
    return {
        "title": title,
        "starts": _time(wish.get("starts", "")) or time(9),
        "ends": _time(wish.get("ends", "")) or time(15),
        "place": wish.get("place", "")[:200],
        "link": wish.get("link", "")[:500],
    }


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
