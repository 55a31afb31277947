"""Statistics of a course's questions, for its authors. No person can be told from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template
from flask_babel import gettext

from learning.access.guard import requires
from learning.access.policy import Permission
from learning.catalogue import store
from learning.catalogue.document import Activity
from learning.catalogue.prose import plain_words
from learning.database import db
from learning.interface import interface_language
from learning.progress.item_answers import MOST_ATTEMPTS, answers_by_item, option_keys
from learning.progress.item_chart import LEFT, ROW, chart_of
from learning.progress.item_statistics import FEWEST, ItemStatistics, OptionStatistics, Sign, all_statistics

blueprint = Blueprint("items", __name__)


@dataclass(frozen=True)
class _Row:
    """A question of the pool; ``statistics`` is None when too few people have answered it."""

    number: int
    item: Activity
    statistics: ItemStatistics | None

    @property
    def stem(self) -> str:
        return plain_words(self.item.data.get("stem", ""))

    @property
    def options(self) -> list[tuple[dict[str, Any], OptionStatistics]]:
        """Each option of the course beside its numbers."""
        by_key = {option["key"]: option for option in self.item.data.get("options", [])}
        return [(by_key[each.key], each) for each in self.statistics.options] if self.statistics else []


@blueprint.app_context_processor
def _wording() -> dict[str, Any]:
    return {"sign_name": sign_name}


def sign_name(sign: Sign) -> str:
    """What a sign says, in the reader's language."""
    names: dict[Sign, str] = {
        Sign.TOO_EASY: gettext("too easy"),
        Sign.NEGATIVE: gettext("negative"),
        Sign.RARE_OPTION: gettext("unused option"),
    }
    return names[sign]


@blueprint.get("/authoring/courses/<slug>/items")
@requires(Permission.SEE_AUTHORING)
def items(slug: str) -> str:
    course = store.course_by_slug(db.session, slug)
    if course is None or course.current_version_id is None:
        abort(404)
    text = store.load_document(db.session, course.current_version_id).text(interface_language())
    rows: list[_Row] = []
    if text.assessment is not None:
        answers = answers_by_item(db.session, course.id, text.assessment)
        keys = {item.id: option_keys(item) for item in text.assessment.items}
        found = all_statistics(answers, keys)
        rows = [_Row(number, item, found[item.id]) for number, item in enumerate(text.assessment.items, start=1)]
    return render_template(
        "progress/items.html",
        slug=slug,
        text=text,
        rows=rows,
        told=[row for row in rows if row.statistics is not None],
        chart=chart_of((row.number, row.statistics) for row in rows if row.statistics is not None),
        chart_left=LEFT,
        chart_row=ROW,
        fewest=FEWEST,
        most_attempts=MOST_ATTEMPTS,
    )
