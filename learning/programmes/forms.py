"""The forms of this room, and how pasted addresses are read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length

from learning.paths.forms import whole_number
from learning.programmes.cohorts import MOST_SEATS
from learning.programmes.gatherings import GatheringFacts
from learning.programmes.models import Gathering
from learning.programmes.times import DoubleHour, MissingHour, local, moment
from learning.tidying import one_line, paragraphs

MOST_LINES = 500
MOST_AT_ONCE = 12  # gatherings planned in one go
_REQUIRED = _l("This must be filled in.")
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*\Z")


def _sensible_year(form: Form, field: Any) -> None:
    """A slip such as 0026 for 2026 should not become a date."""
    if field.data and not date(2000, 1, 1) <= field.data <= date(2100, 12, 31):
        raise ValidationError(str(_l("Write a year between 2000 and 2100.")))


def _text(label: Any, longest: int, *, required: bool = True) -> StringField:
    validators: list[Any] = [Length(max=longest, message=_l("At most %(max)d characters."))]
    if required:
        validators.insert(0, DataRequired(_REQUIRED))
    return StringField(label, validators=validators, filters=[one_line])


@dataclass(frozen=True)
class Line:
    """A line of a pasted list: its number from 1, and the address in small letters."""

    number: int
    address: str


def read_addresses(text: str | None) -> tuple[list[Line], list[str]]:
    """The addresses in a text, one a line, each once, and the faults by line.

    Empty lines are passed over. ``Kari Lunde <kari@example.no>`` is read as well, as mail programs write it.
    """
    found: dict[str, Line] = {}
    faults = []
    lines = (text or "").splitlines()
    if len(lines) > MOST_LINES:
        return [], [str(gettext("There are %(count)d lines. At most %(most)d can be read at once.",
                                count=len(lines), most=MOST_LINES))]  # fmt: skip
    for number, written in enumerate(lines, start=1):
        if not written.strip():
            continue
        bracketed = _IN_BRACKETS.search(written)
        address = (bracketed[1] if bracketed else written).strip().lower()
        try:
            validate_email(address, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            faults.append(
                str(gettext("Line %(number)d: “%(text)s” is not an e-mail address.",
                            number=number, text=written.strip()[:80]))
            )  # fmt: skip
            continue
        found.setdefault(address, Line(number, address))
    return list(found.values()), faults


def unknown_lines(lines: Sequence[Line], known: Collection[str] | Mapping[str, int]) -> list[str]:
    """A fault for each line whose address belongs to nobody who may be chosen."""
    return [
        str(
            gettext(
                "Line %(number)d: nobody who works in this agency has the address %(address)s.",
                number=line.number,
                address=line.address,
            )
        )
        for line in lines
        if line.address not in known
    ]


class CohortForm(FlaskForm):
    request_key = HiddenField()
    name = _text(_l("Name of the programme"), 200)
    starts_on = DateField(_l("Starts on"), validators=[DataRequired(_l("Write a date.")), _sensible_year])
    seats = StringField(_l("Number of seats (may be left open)"))
    facilitators = TextAreaField(_l("Facilitators' e-mail addresses, one a line"))

    def validate_seats(self, field: StringField) -> None:
        if (field.data or "").strip() and self.number_of_seats is None:
            raise ValidationError(gettext("Write a whole number from 1 to %(most)d.", most=MOST_SEATS))

    @property
    def number_of_seats(self) -> int | None:
        return whole_number(self.seats.data or "", MOST_SEATS)


class NewCohortForm(CohortForm):
    path = SelectField(_l("Learning path"), coerce=int)


class GatheringFields(Form):
    """What a gathering is; checked as a whole once each field is right."""

    title = _text(_l("Title"), 200)
    day = DateField(_l("Date"), validators=[DataRequired(_l("Write a date.")), _sensible_year])
    starts = TimeField(_l("From"), validators=[DataRequired(_l("Write a time as 09:00."))])
    ends = TimeField(_l("To"), validators=[DataRequired(_l("Write a time as 15:00."))])
    place = _text(_l("Where"), 200, required=False)
    link = _text(_l("Link to a video meeting"), 500, required=False)
    notes = TextAreaField(
        _l("To the participants (may be left open)"),
        validators=[Length(max=4000, message=_l("At most %(max)d characters."))],
        filters=[paragraphs],
    )

    def validate_link(self, field: StringField) -> None:
        if not field.data:
            return
        try:
            parts = urlsplit(field.data)
            is_good = parts.scheme == "https" and bool(parts.hostname) and " " not in field.data
        except ValueError:
            is_good = False
        if not is_good:
            raise ValidationError(gettext("Write the whole address, beginning with https://."))

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(super().validate(extra_validators)) and self._holds_together()

    def _holds_together(self) -> bool:
        faults = [(self.starts, self._fault_of(self.starts)), (self.ends, self._fault_of(self.ends))]
        if not any(fault for _, fault in faults) and self.ends.data <= self.starts.data:
            faults.append((self.ends, gettext("The gathering must end after it begins.")))
        if not self.place.data and not self.link.data:
            faults.append((self.place, gettext("Write a place, a link, or both.")))
        for field, fault in faults:
            if fault:
                field.errors = [str(fault)]
        return not any(fault for _, fault in faults)

    def _fault_of(self, field: TimeField) -> str | None:
        try:
            moment(self.day.data, field.data)
        except MissingHour:
            return str(
                gettext("That hour does not exist: clocks are set forward that night. Choose a time before or after.")
            )
        except DoubleHour:
            return str(gettext("That hour comes twice: clocks are set back that night. Choose a time before or after."))
        return None

    @property
    def facts(self) -> GatheringFacts:
        """The gathering in a valid form."""
        return GatheringFacts(
            self.title.data, moment(self.day.data, self.starts.data), moment(self.day.data, self.ends.data),
            self.place.data or "", self.link.data or "", self.notes.data or "",
        )  # fmt: skip


class DraftGathering(GatheringFields):
    """A gathering among others; ``skip`` leaves it out, whatever stands in it."""

    skip = BooleanField(_l("Leave this one out"))

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(self.skip.data) or super().validate(extra_validators)


class PlanForm(FlaskForm):
    request_key = HiddenField()
    gatherings = FieldList(FormField(DraftGathering), min_entries=1, max_entries=MOST_AT_ONCE)


class GatheringForm(GatheringFields, FlaskForm):
    sequence = HiddenField()


def filled(gathering: Gathering) -> dict[str, Any]:
    """The fields of a gathering's form as it stands."""
    start = local(gathering.starts_at)
    return {
        "title": gathering.title, "day": start.date(), "starts": start.time(),
        "ends": local(gathering.ends_at).time(), "place": gathering.place, "link": gathering.link,
        "notes": gathering.notes, "sequence": gathering.sequence,
    }  # fmt: skip
