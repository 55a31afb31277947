"""The SCIM 2.0 service. Systems come in with a token of the agency's; cookies count for nothing here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, make_response, request
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    ListResponse,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    Schema,
    SCIMException,
    SearchRequest,
)
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException
from werkzeug.http import unquote_etag

from learning import clock
from learning.access.guard import by_token
from learning.access.models import TokenPurpose
from learning.database import db
from learning.provisioning import filtering, finding, people, requests
from learning.provisioning import groups as group_rules
from learning.provisioning.finding import Known
from learning.provisioning.groups import KnownGroup
from learning.provisioning.people import Desk
from learning.provisioning.representing import show_group, show_user, user_to_change
from learning.provisioning.resources import (
    DEFAULT_PAGE,
    LARGEST_PAGE,
    POLICY,
    PROVIDER,
    EnterpriseUser,
    FullUser,
    Group,
    UserChanges,
    WorkingLife,
)
from learning.provisioning.wishes import wish_of

blueprint = Blueprint("scim", __name__, url_prefix="/scim/v2")
_guarded = by_token(TokenPurpose.SCIM)


def address() -> str:
    """The service's address, as other systems must know it."""
    return f"{current_app.config['SETTINGS'].base_url}/scim/v2"


def _answer(content: Any, code: int = 200, *, context: Context, wanted: Any = None) -> Response:
    """A SCIM message or resource as the response, with its ETag and address."""
    with POLICY:
        text = content.model_dump_json(scim_ctx=context, response_parameters=wanted)
    response = make_response(text, code)
    response.mimetype = requests.MEDIA_TYPES[0]
    meta = content.meta if isinstance(content, Resource) else None
    if meta is not None and meta.version:
        response.headers["ETag"] = meta.version
    if meta is not None and code == 201:
        response.headers["Location"] = str(meta.location)
    return response


def answer_error(code: int, detail: str, scim_type: str | None = None) -> Response:
    """A SCIM error."""
    return _answer(Error(status=code, scim_type=scim_type or None, detail=detail), code, context=Context.DEFAULT)


@blueprint.errorhandler(SCIMException)
def _scim_fault(fault: SCIMException) -> Response:
    return answer_error(fault.status, fault.detail, fault.scim_type)


@blueprint.errorhandler(ValidationError)
def _invalid(fault: ValidationError) -> Response:
    first = Error.from_validation_errors(fault)[0]
    return answer_error(first.status or 400, first.detail or "The request is not valid.", first.scim_type)


@blueprint.errorhandler(IntegrityError)
def _at_once(fault: IntegrityError) -> Response:
    """Two requests wanted the same at the same moment, and the database let one of them have it."""
    return answer_error(409, "Another request changed the same a moment ago. Send this one again.", "uniqueness")


def http_fault(fault: HTTPException) -> Response:
    """Errors of the web server's kind: 401, 404, 405, 413, 415, 429, 500."""
    response = answer_error(fault.code or 500, fault.description or fault.name)
    for name, value in fault.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def connect(app: Flask) -> None:
    """Let errors below the address be SCIM errors, also where no route is found."""
    app.extensions.setdefault("api_errors", {})[f"{blueprint.url_prefix}/"] = http_fault


def _desk() -> Desk:
    return Desk(db.session, g.token, finding.usual_titles(g.agency))


# What the service is


@blueprint.get("/ServiceProviderConfig")
@_guarded
def service_provider_config() -> Response:
    """What the service can do."""
    return _answer(PROVIDER.config, context=Context.RESOURCE_QUERY_RESPONSE)


@blueprint.get("/ResourceTypes")
@blueprint.get("/ResourceTypes/<name>", endpoint="resource_type")
@_guarded
def resource_types(name: str | None = None) -> Response:
    """People and groups."""
    return _discovered(ResourceType, list(PROVIDER.resource_types), name)


@blueprint.get("/Schemas")
@blueprint.get("/Schemas/<name>", endpoint="schema")
@_guarded
def schemas(name: str | None = None) -> Response:
    """The attributes; with the agency's own units as values to choose from."""
    names, codes = finding.suggestions(db.session, g.agency.id)
    described = [each.model_copy(deep=True) for each in PROVIDER.schemas]
    values = {
        str(EnterpriseUser.__schema__): {"department": names},
        str(WorkingLife.__schema__): {"unitCode": codes, "positionStart": [clock.today().isoformat()]},
    }
    for each in described:
        for attribute in each.attributes or []:
            suggested = values.get(str(each.id), {}).get(str(attribute.name))
            if suggested:
                attribute.canonical_values = suggested
    return _discovered(Schema, described, name)


def _discovered(model: type[Resource[Any]], found: list[Any], name: str | None) -> Response:
    if request.args.get("filter"):
        return answer_error(403, "These lists cannot be filtered.")
    if name is None:
        content = ListResponse[model](  # type: ignore[valid-type]
            total_results=len(found), start_index=1, items_per_page=len(found), resources=found
        )
        return _answer(content, context=Context.RESOURCE_QUERY_RESPONSE)
    one = next((each for each in found if str(each.id).casefold() == name.casefold()), None)
    if one is None:
        raise NotFoundException(detail=f"There is nothing called {name} here.")
    return _answer(one, context=Context.RESOURCE_QUERY_RESPONSE)


@blueprint.post("/.search")
@blueprint.post("/Bulk", endpoint="bulk")
@_guarded
def not_here() -> Response:
    """Searching people and groups at once, and many operations in one request."""
    return answer_error(501, "This service does not do that. Search in /Users/.search or /Groups/.search.")


# What every kind of resource has in common


def _search_of(model: Any, source: Any) -> Any:
    wanted = SearchRequest[model].model_validate(source, scim_ctx=Context.SEARCH_REQUEST)
    count = DEFAULT_PAGE if wanted.count is None else wanted.count
    return wanted, min(wanted.start_index_0 or 0, 2**31), min(count, LARGEST_PAGE)


def _parameters(model: Any) -> Any:
    named = {
        key: value for key, value in request.args.items() if key.casefold() in ("attributes", "excludedattributes")
    }
    return ResponseParameters[model].model_validate(named)


def _leaves_out(wanted: Any, attribute: str) -> bool:
    """Whether the answer need not hold the attribute."""
    excluded = {str(each).casefold() for each in wanted.excluded_attributes or []}
    included = {str(each).casefold() for each in wanted.attributes or []}
    return attribute in excluded or bool(included and not any(each.startswith(attribute) for each in included))


def _listed(model: Any, found: list[Any], total: int, first: int, wanted: Any, context: Context) -> Response:
    content = ListResponse[model](
        total_results=total, start_index=first + 1, items_per_page=len(found), resources=found
    )
    return _answer(content, context=context, wanted=wanted)


def _refuse_old(resource: Any) -> None:
    """If-Match: the resource must still be as the other system knows it."""
    tag, _ = unquote_etag(resource.meta.version)
    if request.if_match and not request.if_match.contains_weak(tag or ""):
        raise PreconditionFailedException(detail="The resource has changed since. Read it again.")


def _one(resource: Any, model: Any) -> Response:
    tag, _ = unquote_etag(resource.meta.version)
    if request.if_none_match and request.if_none_match.contains_weak(tag or ""):
        response = make_response("", 304)
        response.headers["ETag"] = resource.meta.version
        return response
    return _answer(resource, context=Context.RESOURCE_QUERY_RESPONSE, wanted=_parameters(model))


# People


def _known(scim_id: str, *, lock: bool = False) -> Known:
    if lock:
        finding.lock(db.session, g.agency.id, scim_id)
    known = finding.find_one(db.session, g.agency.id, scim_id)
    if known is None:
        raise NotFoundException(detail="There is no user with this id.")
    return known


def _users(source: Any, context: Context) -> Response:
    wanted, first, count = _search_of(FullUser, source)
    condition = filtering.user_condition(wanted.filter) if wanted.filter else None
    order = filtering.order(
        wanted.sort_by, descending=wanted.sort_order == SearchRequest.SortOrder.descending, known=filtering.USERS
    )
    page = finding.find_page(db.session, g.agency.id, condition, order, first=first, count=count)
    titles = finding.usual_titles(g.agency)
    found = [show_user(each, titles, address()) for each in page.people]
    return _listed(FullUser, found, page.total, first, wanted, context)


@blueprint.get("/Users")
@_guarded
def users() -> Response:
    """The agency's people, filtered, sorted and a page at a time."""
    return _users(request.args.to_dict(), Context.RESOURCE_QUERY_RESPONSE)


@blueprint.post("/Users/.search")
@_guarded
def search_users() -> Response:
    """The same, with the wishes in the body."""
    return _users(requests.body(request), Context.SEARCH_RESPONSE)


@blueprint.post("/Users")
@_guarded
def new_user() -> Response:
    """A person joins."""
    desk = _desk()
    with POLICY:
        wanted = requests.whole_user(requests.body(request), language=g.agency.language)
    known = people.create(desk, wish_of(wanted, language=g.agency.language))
    shown = show_user(known, desk.titles, address())
    return _answer(shown, 201, context=Context.RESOURCE_CREATION_RESPONSE, wanted=_parameters(FullUser))


@blueprint.get("/Users/<scim_id>")
@_guarded
def user(scim_id: str) -> Response:
    """One person."""
    return _one(show_user(_known(scim_id), finding.usual_titles(g.agency), address()), FullUser)


@blueprint.put("/Users/<scim_id>")
@_guarded
def replace_user(scim_id: str) -> Response:
    """The person as a whole."""
    return _change_user(scim_id, patch=False)


@blueprint.patch("/Users/<scim_id>")
@_guarded
def patch_user(scim_id: str) -> Response:
    """What has changed of the person."""
    return _change_user(scim_id, patch=True)


def _change_user(scim_id: str, *, patch: bool) -> Response:
    desk, content = _desk(), requests.body(request)
    known = _known(scim_id, lock=True)
    _refuse_old(show_user(known, desk.titles, address()))
    before = user_to_change(known, desk.titles, address())
    with POLICY:
        if patch:
            wanted = requests.patched(UserChanges, content, before)
        else:
            wanted = requests.whole_user(content, language=g.agency.language, before=before)
    after = people.change(desk, known, wish_of(wanted, language=g.agency.language, before=before, patch=patch))
    context = Context.RESOURCE_PATCH_RESPONSE if patch else Context.RESOURCE_REPLACEMENT_RESPONSE
    return _answer(show_user(after, desk.titles, address()), context=context, wanted=_parameters(FullUser))


@blueprint.delete("/Users/<scim_id>")
@_guarded
def delete_user(scim_id: str) -> Response:
    """The person leaves and is forgotten by SCIM; the record stays."""
    desk, known = _desk(), _known(scim_id, lock=True)
    _refuse_old(show_user(known, desk.titles, address()))
    people.delete(desk, known)
    return make_response("", 204)


# Groups


def _known_group(scim_id: str, *, with_members: bool = True, lock: bool = False) -> KnownGroup:
    known = group_rules.find_one(db.session, g.agency.id, scim_id, with_members=with_members, lock=lock)
    if known is None:
        raise NotFoundException(detail="There is no group with this id.")
    return known


def _groups(source: Any, context: Context) -> Response:
    wanted, first, count = _search_of(Group, source)
    condition = filtering.group_condition(wanted.filter) if wanted.filter else None
    order = filtering.order(
        wanted.sort_by, descending=wanted.sort_order == SearchRequest.SortOrder.descending, known=filtering.GROUPS
    )
    found, total = group_rules.find_page(
        db.session, g.agency.id, condition, order, first=first, count=count,
        with_members=not _leaves_out(wanted, "members"),
    )  # fmt: skip
    return _listed(Group, [show_group(each, address()) for each in found], total, first, wanted, context)


@blueprint.get("/Groups")
@_guarded
def groups() -> Response:
    """The groups that other systems keep."""
    return _groups(request.args.to_dict(), Context.RESOURCE_QUERY_RESPONSE)


@blueprint.post("/Groups/.search")
@_guarded
def search_groups() -> Response:
    """The same, with the wishes in the body."""
    return _groups(requests.body(request), Context.SEARCH_RESPONSE)


@blueprint.post("/Groups")
@_guarded
def new_group() -> Response:
    """A new group."""
    with POLICY:
        wanted = Group.model_validate(requests.body(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    shown = show_group(group_rules.create(_desk(), wanted), address())
    return _answer(shown, 201, context=Context.RESOURCE_CREATION_RESPONSE, wanted=_parameters(Group))


@blueprint.get("/Groups/<scim_id>")
@_guarded
def group(scim_id: str) -> Response:
    """One group."""
    return _one(show_group(_known_group(scim_id), address()), Group)


@blueprint.put("/Groups/<scim_id>")
@_guarded
def replace_group(scim_id: str) -> Response:
    """The group as a whole."""
    return _change_group(scim_id, patch=False)


@blueprint.patch("/Groups/<scim_id>")
@_guarded
def patch_group(scim_id: str) -> Response:
    """Members come and go, or the name changes."""
    return _change_group(scim_id, patch=True)


def _change_group(scim_id: str, *, patch: bool) -> Response:
    content, known = requests.body(request), _known_group(scim_id, lock=True)
    before = show_group(known, address())
    _refuse_old(before)
    with POLICY:
        if patch:
            wanted = requests.patched(Group, content, before)
        else:
            wanted = Group.model_validate(content, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    after = show_group(group_rules.change(_desk(), known, wanted), address())
    context = Context.RESOURCE_PATCH_RESPONSE if patch else Context.RESOURCE_REPLACEMENT_RESPONSE
    return _answer(after, context=context, wanted=_parameters(Group))


@blueprint.delete("/Groups/<scim_id>")
@_guarded
def delete_group(scim_id: str) -> Response:
    """The group goes, and its tag is taken off everybody."""
    known = _known_group(scim_id, lock=True)
    _refuse_old(show_group(known, address()))
    group_rules.remove(_desk(), known)
    return make_response("", 204)
