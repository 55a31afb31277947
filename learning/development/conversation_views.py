"""The pages of a conversation, for the two who hold it, and a manager's page of somebody they lead."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from learning import clock
from learning.access.guard import signed_in, signed_in_actor
from learning.competences import published
from learning.competences.published import text_in
from learning.database import db
from learning.development import assessing, comparing, conversations, goals, naming
from learning.development.assessing import NothingChosen
from learning.development.conversations import CannotDo, Part
from learning.development.forms import ConversationForm, DayForm, EndForm, NotesForm
from learning.development.models import Conversation, Side
from learning.interface import interface_language
from learning.printing import to_pdf

blueprint = Blueprint("conversations", __name__)
Page = AnyResponse | str | tuple[str, int]


def _here(conversation_id: int) -> AnyResponse:
    return redirect(url_for("conversations.conversation", conversation_id=conversation_id), 303)


def _found(conversation_id: int, *, lock: bool = False) -> tuple[Conversation, Side]:
    found = conversations.conversation_for(db.session, conversation_id, signed_in_actor().person_id, lock=lock)
    if found is None:
        abort(404)
    return found


def _refused(fault: CannotDo) -> str:
    told: dict[str, str] = {
        "ended": gettext("The conversation is ended, and nothing of it changes any more."),
        "given": gettext("You have answered already. What was given for the conversation stays as it is."),
        "too-early": gettext("You can answer when the other has shared how they see themselves."),
        "changed": gettext("The notes were changed meanwhile. Read them as they are now."),
        "empty": gettext("There are no notes to agree to yet."),
    }
    return told[fault.reason]


@blueprint.route("/conversations/new/<int:person_id>/<int:manager_id>", methods=["GET", "POST"])
@signed_in
def plan(person_id: int, manager_id: int) -> Page:
    """Plan a conversation with one's own manager, or with somebody one leads."""
    reader = signed_in_actor().person_id
    found = conversations.leads(db.session, person_id=person_id, manager_id=manager_id)
    if reader not in (person_id, manager_id) or not found:
        abort(404)
    lead, side = found[0], Side.PERSON if reader == person_id else Side.MANAGER
    language = interface_language()
    frameworks = conversations.frameworks_to_choose(db.session, lead.agency.id)
    form = ConversationForm(
        frameworks=[(each.framework.id, text_in(each.plan.titles, language)) for each in frameworks]
    )
    if form.validate_on_submit():
        chosen = [each for each in frameworks if each.framework.id in (form.frameworks.data or [])]
        assert form.planned_on.data is not None
        planned = conversations.plan(db.session, lead, side, chosen, form.planned_on.data)
        flash(gettext("The conversation is planned. You both find it under development."))
        return _here(planned.id)
    page = render_template("development/plan.html", form=form, lead=lead, side=side, frameworks=frameworks)
    return page, 422 if form.errors else 200


@blueprint.get("/conversations/<int:conversation_id>")
@signed_in
def conversation(conversation_id: int) -> str:
    """Where the conversation stands: who has shared what, the three side by side, the notes."""
    return _page(*_found(conversation_id))


def _page(found: Conversation, side: Side, notes_form: NotesForm | None = None, day_form: DayForm | None = None) -> str:
    words = conversations.notes(found)
    return render_template(
        "development/conversation.html",
        conversation=found,
        side=side,
        sides=Side,
        parts=conversations.parts(db.session, found),
        may_give=conversations.may_give,
        notes=words,
        notes_form=notes_form or NotesForm(formdata=None, words=words, revision=found.notes_revision),
        day_form=day_form or DayForm(formdata=None, planned_on=found.planned_on),
        chart=comparing,
        language=interface_language(),
    )


def _part(found: Conversation, framework_id: int) -> Part:
    part = next((each for each in conversations.parts(db.session, found) if each.framework_id == framework_id), None)
    if part is None:
        abort(404)
    return part


@blueprint.route("/conversations/<int:conversation_id>/frameworks/<int:framework_id>", methods=["GET", "POST"])
@signed_in
def give(conversation_id: int, framework_id: int) -> Page:
    """Give one's view of a framework for the conversation; one's own earlier one is filled in, to look over."""
    found, side = _found(conversation_id, lock=request.method == "POST")
    part = _part(found, framework_id)
    fault = None
    chosen: assessing.Choices = {}
    if request.method == "POST":
        try:
            chosen = assessing.read_choices(part.plan, request.form)
            conversations.give(db.session, found, part, side, chosen)
        except NothingChosen:
            fault = gettext("Choose at least once. You can skip the rest.")
        except CannotDo as refused:
            flash(_refused(refused))
            return _here(conversation_id)
        else:
            flash(gettext("Your answer is given. Both answers are shown when you both have answered."))
            return _here(conversation_id)
    elif found.ended_at is not None or not conversations.may_give(part, side):
        reason = "ended" if found.ended_at else "given" if side in part.given else "too-early"
        flash(_refused(CannotDo(reason)))
        return _here(conversation_id)
    elif side is Side.PERSON:
        earlier = assessing.history(db.session, found.person_id, framework_id)
        chosen = earlier[0].choices if earlier else {}
    page = render_template(
        "development/give.html", conversation=found, side=side, sides=Side, plan=part.plan, chosen=chosen, fault=fault,
        language=published.language_of(part.plan.titles, interface_language()),
    )  # fmt: skip
    return page, 422 if fault else 200


@blueprint.post("/conversations/<int:conversation_id>/day")
@signed_in
def move(conversation_id: int) -> Page:
    """Give the conversation a new day."""
    found, side = _found(conversation_id, lock=True)
    form = DayForm()
    if not form.validate_on_submit():
        return _page(found, side, day_form=form), 422
    assert form.planned_on.data is not None
    try:
        conversations.move(db.session, found, form.planned_on.data)
    except CannotDo as refused:
        flash(_refused(refused))
    else:
        flash(gettext("The conversation has a new day."))
    return _here(conversation_id)


@blueprint.post("/conversations/<int:conversation_id>/notes")
@signed_in
def notes(conversation_id: int) -> Page:
    """Write the notes anew; the other then agrees to them, or writes on."""
    found, side = _found(conversation_id, lock=True)
    form = NotesForm()
    if not form.validate_on_submit():
        return _page(found, side, notes_form=form), 422
    try:
        conversations.write_notes(db.session, found, side, form.words.data or "", form.revision.data or 0)
    except CannotDo as refused:
        if refused.reason != "changed":
            flash(_refused(refused))
            return _here(conversation_id)
        form.revision.data = found.notes_revision
        form.words.errors = [
            gettext("The other has written since you opened the page: their words stand above. Yours are kept here.")
        ]
        return _page(found, side, notes_form=form), 409
    flash(gettext("The notes are saved. They are agreed when both of you say so."))
    return _here(conversation_id)


@blueprint.post("/conversations/<int:conversation_id>/agree")
@signed_in
def agree(conversation_id: int) -> AnyResponse:
    """Agree to the notes as one has read them."""
    found, side = _found(conversation_id, lock=True)
    try:
        revision = int(request.form.get("revision", ""))
    except ValueError:
        abort(400)
    try:
        conversations.agree(db.session, found, side, revision)
    except CannotDo as refused:
        flash(_refused(refused))
    else:
        flash(gettext("You have agreed to the notes."))
    return _here(conversation_id)


@blueprint.route("/conversations/<int:conversation_id>/end", methods=["GET", "POST"])
@signed_in
def end(conversation_id: int) -> Page:
    """End the conversation for good."""
    found, side = _found(conversation_id, lock=request.method == "POST")
    if found.ended_at is not None:
        return _here(conversation_id)
    form = EndForm(held_on=min(found.planned_on, clock.today()))
    if form.validate_on_submit():
        conversations.end(db.session, found, side, form.day)
        flash(gettext("The conversation is ended. You can both read and print it."))
        return _here(conversation_id)
    page = render_template("development/end.html", conversation=found, side=side, sides=Side, form=form)
    return page, 422 if form.errors else 200


@blueprint.get("/conversations/<int:conversation_id>/record")
@signed_in
def record(conversation_id: int) -> Response:
    """The conversation on paper: PDF, for both."""
    found, _ = _found(conversation_id)
    html = render_template(
        "development/record.html",
        conversation=found,
        parts=conversations.parts(db.session, found),
        notes=conversations.notes(found),
        today=clock.today(),
        language=interface_language(),
    )
    response = Response(to_pdf(html, f"conversation {found.id}".encode()), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="conversation-{found.planned_on}.pdf"'
    return response


@blueprint.get("/team/<int:person_id>/development")
@signed_in
def report(person_id: int) -> str:
    """Somebody whom the reader leads: their goals, and the conversations of the two."""
    reader = signed_in_actor().person_id
    found = conversations.leads(db.session, person_id=person_id, manager_id=reader)
    if not found:
        abort(404)
    agency_ids = {each.agency.id for each in found}
    shown = goals.goals_of(db.session, person_id, agency_ids)
    return render_template(
        "development/report.html",
        lead=found[0],
        goals=shown,
        named=naming.named(db.session, [each.goal.competence_id for each in shown], agency_ids),
        conversations=conversations.conversations_of(db.session, reader, about_id=person_id),
        language=interface_language(),
    )
