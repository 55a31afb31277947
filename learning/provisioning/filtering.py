"""SCIM filters and sorting as SQL, so that a page costs the same in a large agency as in a small one.

What is understood: ``eq ne co sw ew pr``, ``and or not`` and parentheses, on the attributes below. Anything else is
an invalid filter, said by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scim2_models import InvalidFilterException, InvalidPathException, Path, ScimFilter
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)
from scim2_models.path.visitor import FilterVisitor
from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, true

from learning.organisation.models import Membership, MembershipTag, Person
from learning.provisioning.finding import USER_NAME, is_active
from learning.provisioning.models import ProvisionedGroup
from learning.provisioning.resources import FullUser, Group

Condition = ColumnElement[bool]
Test = Callable[[CompareOperator, Any], Condition]


def _spellings(value: str) -> list[str]:
    """SQLite folds A-Z only, so "ødegård" would not find Ødegård: the usual ways of writing it are asked for."""
    return sorted({value, value.lower(), value.upper(), value.title(), value.capitalize()})


def _text(column: Any, *, exact: bool = False, stored_small: bool = False) -> Test:
    """Tests on a column of text; ``stored_small`` when it only holds small letters."""

    def test(operator: CompareOperator, value: Any) -> Condition:
        if not isinstance(value, str) or "\x00" in value:
            return false()
        if exact or stored_small:
            return and_(column.is_not(None), _exactly(column, operator, value.lower() if stored_small else value))
        pattern = {
            CompareOperator.eq: "{}", CompareOperator.co: "%{}%", CompareOperator.sw: "{}%", CompareOperator.ew: "%{}",
        }[operator]  # fmt: skip
        likes = [column.ilike(pattern.format(_escaped(each)), escape="\\") for each in _spellings(value)]
        return and_(column.is_not(None), or_(*likes))

    return test


def _exactly(column: Any, operator: CompareOperator, value: str) -> Condition:
    """Not by LIKE, which takes small and capital letters as equal in SQLite."""
    length = func.length(column)
    conditions: dict[CompareOperator, Condition] = {
        CompareOperator.eq: column == value,
        CompareOperator.co: func.replace(column, value, "") != column if value else true(),
        CompareOperator.sw: func.substr(column, 1, len(value)) == value,
        CompareOperator.ew: and_(
            length >= len(value), func.substr(column, length - len(value) + 1, len(value)) == value
        ),
    }
    return conditions[operator]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _flag(condition: Callable[[], Condition]) -> Test:
    def test(operator: CompareOperator, value: Any) -> Condition:
        if operator is not CompareOperator.eq:
            raise InvalidFilterException(detail="A true or false attribute is compared with eq or ne.")
        wanted = {"true": True, "false": False}.get(str(value).lower())
        if wanted is None:
            raise InvalidFilterException(detail="A true or false attribute is compared with true or false.")
        return condition() if wanted else not_(condition())

    return test


def _always(constant: str) -> Test:
    def test(operator: CompareOperator, value: Any) -> Condition:
        small = str(value).lower()
        holds = {
            CompareOperator.eq: constant == small, CompareOperator.co: small in constant,
            CompareOperator.sw: constant.startswith(small), CompareOperator.ew: constant.endswith(small),
        }  # fmt: skip
        return true() if holds[operator] else false()

    return test


def _is_member(operator: CompareOperator, value: Any) -> Condition:
    if operator is not CompareOperator.eq:
        raise InvalidFilterException(detail="Members are compared with eq or ne.")
    return exists().where(
        MembershipTag.agency_id == ProvisionedGroup.agency_id, MembershipTag.tag == ProvisionedGroup.tag,
        Membership.agency_id == MembershipTag.agency_id, Membership.person_id == MembershipTag.person_id,
        Membership.scim_id == (value if isinstance(value, str) and "\x00" not in value else ""),
    )  # fmt: skip


_FULL_NAME = Person.given_name + " " + Person.family_name
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:"
USERS: dict[str, tuple[Test, Any]] = {
    "id": (_text(Membership.scim_id, exact=True), Membership.scim_id),
    "externalid": (_text(Membership.external_id, exact=True), Membership.external_id),
    "username": (_text(USER_NAME, stored_small=True), USER_NAME),
    "name.givenname": (_text(Person.given_name), Person.given_name),
    "name.familyname": (_text(Person.family_name), Person.family_name),
    "displayname": (_text(_FULL_NAME), _FULL_NAME),
    "emails": (_text(Person.email, stored_small=True), Person.email),
    "emails.value": (_text(Person.email, stored_small=True), Person.email),
    "emails.type": (_always("work"), Person.email),
    "preferredlanguage": (_text(Person.language, stored_small=True), Person.language),
    "active": (_flag(is_active), None),
    f"{_ENTERPRISE}employeenumber": (_text(Membership.employee_number, exact=True), Membership.employee_number),
}
GROUPS: dict[str, tuple[Test, Any]] = {
    "id": (_text(ProvisionedGroup.scim_id, exact=True), ProvisionedGroup.scim_id),
    "externalid": (_text(ProvisionedGroup.external_id, exact=True), ProvisionedGroup.external_id),
    "displayname": (_text(ProvisionedGroup.tag, stored_small=True), ProvisionedGroup.tag),
    "members": (_is_member, None),
    "members.value": (_is_member, None),
}
_CORE = ("urn:ietf:params:scim:schemas:core:2.0:user", "urn:ietf:params:scim:schemas:core:2.0:group")


def _key(path: AttrPath, within: str = "") -> str:
    uri = (path.uri or "").casefold()
    prefix = f"{uri}:" if uri and uri not in _CORE else ""
    name = f"{prefix}{path.attr}" + (f".{path.sub_attr}" if path.sub_attr else "")
    return f"{within}{name}".casefold()


class _ToSql(FilterVisitor[Condition]):
    def __init__(self, known: Mapping[str, tuple[Test, Any]]) -> None:
        self._known = known
        self._within = ""

    def _test(self, path: AttrPath) -> Test:
        found = self._known.get(_key(path, self._within))
        if found is None:
            raise InvalidFilterException(detail=f"This service does not filter by {self._within}{path}.")
        return found[0]

    def visit_comparison(self, node: Comparison) -> Condition:
        test = self._test(node.attr_path)
        if node.value is None and node.op in (CompareOperator.eq, CompareOperator.ne):
            present = self.visit_present(Present(node.attr_path))
            return not_(present) if node.op is CompareOperator.eq else present
        match node.op:
            case CompareOperator.ne:
                return not_(test(CompareOperator.eq, node.value))
            case CompareOperator.eq | CompareOperator.co | CompareOperator.sw | CompareOperator.ew:
                return test(node.op, node.value)
            case _:
                raise InvalidFilterException(detail=f"This service does not compare with {node.op.value}.")

    def visit_present(self, node: Present) -> Condition:
        self._test(node.attr_path)
        _, column = self._known[_key(node.attr_path, self._within)]
        if column is not None:
            return and_(column.is_not(None), column != "")
        if _key(node.attr_path).startswith("members"):
            return exists().where(
                MembershipTag.agency_id == ProvisionedGroup.agency_id, MembershipTag.tag == ProvisionedGroup.tag
            )
        return true()

    def visit_not(self, node: Not) -> Condition:
        return not_(self.visit(node.expr))

    def visit_logical_expr(self, node: LogicalExpr) -> Condition:
        terms = [self.visit(each) for each in node.terms]
        return and_(*terms) if node.op is LogicalOperator.and_ else or_(*terms)

    def visit_value_path(self, node: ValuePath) -> Condition:
        self._within = f"{node.attr_path.attr}."
        try:
            return self.visit(node.val_filter)
        finally:
            self._within = ""


def _condition(tree: FilterNode, known: Mapping[str, tuple[Test, Any]]) -> Condition:
    return _ToSql(known).visit(tree)


def user_condition(wanted: ScimFilter[FullUser]) -> Condition:
    """The filter as a condition on ``finding.everybody``."""
    return _condition(wanted.ast, USERS)


def group_condition(wanted: ScimFilter[Group]) -> Condition:
    """The filter as a condition on groups."""
    return _condition(wanted.ast, GROUPS)


def order(path: Path[Any] | None, *, descending: bool, known: Mapping[str, tuple[Test, Any]]) -> list[Any]:
    """What to sort by; those without a value come last, or first when descending."""
    if path is None:
        return []
    text = str(path)
    key = next((each for each in known if text.casefold() in (each, *(f"{core}:{each}" for core in _CORE))), None)
    column = known[key][1] if key else None
    if column is None:
        raise InvalidPathException(detail=f"This service does not sort by {text}.")
    return [column.is_(None).desc(), column.desc()] if descending else [column.is_(None), column]
