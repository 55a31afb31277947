"""What SCIM shows of people and groups: the attributes, how they may be used, and what this service can do.

"Required" says that an attribute always has a value. A request may leave out those with a default; ``requests`` fills
them in before it is checked.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URI,
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    ExtensibleStringEnum,
    Extension,
    External,
    Filter,
    Mutability,
    Pagination,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Returned,
    SchemaExtension,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models.resources.resource import AnyExtension

from learning.organisation.models import Level

LANGUAGES = ("nb", "nn", "en")
DEFAULT_PAGE, LARGEST_PAGE = 100, 500

# Systems send more than they are asked for, and Microsoft Entra ID removes members by value: both are let through.
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


class Name(ComplexAttribute):
    given_name: Annotated[str | None, Required.true] = Field(None, max_length=100)
    family_name: Annotated[str | None, Required.true] = Field(None, max_length=100)


class Email(ComplexAttribute):
    class Type(ExtensibleStringEnum):
        work = "work"

    value: Annotated[str | None, Required.true] = Field(None, max_length=254)
    type: Type | None = None
    primary: Annotated[bool | None, Mutability.read_only, Returned.request] = None


class Manager(ComplexAttribute):
    value: Annotated[str | None, Required.true, CaseExact.true] = Field(
        None, description="The id of the line manager, as this service gave it."
    )
    ref: Annotated[Reference["User"] | None, CaseExact.true] = Field(  # type: ignore[type-arg]  # noqa: UP037
        None, serialization_alias="$ref", validation_alias="$ref"
    )


class EnterpriseUser(Extension):
    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    employee_number: Annotated[str | None, CaseExact.true] = Field(None, max_length=40)
    department: str | None = Field(
        None, description="The unit, by code or name. Without one the person stands in the topmost unit."
    )
    manager: Manager | None = None


class WorkingLife(Extension):
    """What the learning paths need to know of a position, and no standard schema has."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:handlingsrom:2.0:User")

    level: Annotated[str | None, Required.true] = Field(
        None, examples=[level.value for level in Level], description="Of managers; employee when nothing is said."
    )
    unit_code: Annotated[str | None, CaseExact.true] = Field(
        None, description="The unit's code; goes before department when they differ."
    )
    position_start: Annotated[str | None, Required.true] = Field(
        None, description="The first day of the position, yyyy-mm-dd; today when nothing is said."
    )


class WritableUser(Resource[AnyExtension]):
    """A person without what is worked out from the rest: the form in which changes are read."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = Field(None, max_length=254)
    name: Annotated[Name | None, Required.true] = None
    emails: Annotated[list[Email] | None, Required.true] = Field(
        None, description="One address; userName when nothing is said."
    )
    active: Annotated[bool | None, Required.true] = None
    title: str | None = Field(None, max_length=200)
    preferred_language: Annotated[str | None, Required.true] = Field(None, examples=list(LANGUAGES))


class User(WritableUser[AnyExtension]):
    """A person in the agency."""

    display_name: Annotated[str | None, Mutability.read_only] = None


class GroupMember(ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable, CaseExact.true, Required.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable, CaseExact.true] = Field(  # type: ignore[type-arg]  # noqa: UP037
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    """People whom a word is put on, to choose audiences by."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true, Uniqueness.server] = Field(None, max_length=60)
    members: list[GroupMember] | None = None


def user_reference(address: str) -> Any:
    """The address of a user as the value of an attribute."""
    return Reference["User"](address)  # type: ignore[type-arg]


FullUser = User[EnterpriseUser | WorkingLife]
UserChanges = WritableUser[EnterpriseUser | WorkingLife]


def _resource_type(name: str, description: str, schema: str, extensions: dict[str, bool]) -> ResourceType:
    """``extensions`` are schemas, and whether a resource always has them."""
    return ResourceType(
        id=name, name=name, description=description, endpoint=Reference[URI](f"/{name}s"),
        schema=Reference[URI](schema),
        schema_extensions=[
            SchemaExtension(schema=Reference[URI](each), required=always) for each, always in extensions.items()
        ],
    )  # fmt: skip


def _config() -> ServiceProviderConfig:
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=LARGEST_PAGE),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        pagination=Pagination(
            cursor=False, index=True, default_pagination_method=Pagination.DefaultPaginationMethod.index,
            default_page_size=DEFAULT_PAGE,
            max_page_size=LARGEST_PAGE,
        ),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken, name="Bearer token", primary=True,
                description="A token that an administrator of the agency makes.",
                spec_uri=Reference[External]("https://www.rfc-editor.org/info/rfc6750"),
            )
        ],
    )  # fmt: skip


PROVIDER = ScimProvider(
    models=[User, EnterpriseUser, WorkingLife, Group],
    resource_types=[
        _resource_type(
            "User", "A person in the agency", str(User.__schema__),
            {str(EnterpriseUser.__schema__): False, str(WorkingLife.__schema__): True},
        ),
        _resource_type("Group", "People with a tag in common", str(Group.__schema__), {}),
    ],
    config=_config(),
    policy=POLICY,
)  # fmt: skip
