"""Reading what systems send: the body, its defaults, and the shapes that Microsoft Entra ID gives to values.

Everything here raises the exceptions of scim2_models, or pydantic's ValidationError; both become SCIM errors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Request
from scim2_models import Context, InvalidSyntaxException, InvalidValueException, PatchOp
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from learning.organisation.models import Level
from learning.provisioning.resources import LANGUAGES, Email, UserChanges, WorkingLife

LARGEST_BODY = 1024 * 1024
MEDIA_TYPES = ("application/scim+json", "application/json")
_MANAGER = "manager"


def body(request: Request) -> dict[str, Any]:
    """The JSON object in the body."""
    if request.mimetype not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"Send the body as {MEDIA_TYPES[0]}.")
    data = request.get_data()
    if len(data) > LARGEST_BODY:
        raise RequestEntityTooLarge(f"The body has more than {LARGEST_BODY} bytes.")
    try:
        content = json.loads(data)
        text = json.dumps(content, ensure_ascii=False)
        text.encode()
    except (ValueError, RecursionError) as fault:
        raise InvalidSyntaxException(detail="The body is not JSON in UTF-8.") from fault
    if "\\u0000" in text:
        raise InvalidValueException(detail="No value may hold a NUL character.")
    if not isinstance(content, dict):
        raise InvalidSyntaxException(detail="The body must be a JSON object.")
    return content


def whole_user(content: dict[str, Any], *, language: str, before: Any = None) -> Any:
    """The person in a POST, or in a PUT on ``before``, as UserChanges with the defaults filled in.

    A PUT leaves alone what it does not mention and what must have a value: address aside, which follows userName.
    """
    wanted = UserChanges.model_validate(_plain_managers(content))
    if not wanted.emails and wanted.user_name:
        wanted.emails = [Email(value=wanted.user_name, type=Email.Type.work)]
    if wanted.active is None:
        wanted.active = before.active if before else True
    if not wanted.preferred_language:
        wanted.preferred_language = before.preferred_language if before else language
    working = wanted[WorkingLife] or WorkingLife.model_validate({})
    earlier = before[WorkingLife] if before else None
    working.level = working.level or (earlier.level if earlier else Level.EMPLOYEE.value)
    working.position_start = working.position_start or (earlier.position_start if earlier else None)
    wanted[WorkingLife] = working
    context = Context.RESOURCE_REPLACEMENT_REQUEST if before else Context.RESOURCE_CREATION_REQUEST
    filled = wanted.model_dump(scim_ctx=Context.DEFAULT)
    if working.position_start is None:  # whoever keeps the position decides; it must only pass as given here
        filled[str(WorkingLife.__schema__)]["positionStart"] = ""
    return UserChanges.model_validate(filled, scim_ctx=context)


def patched(model: Any, content: dict[str, Any], resource: Any) -> Any:
    """A copy of ``resource`` with the PATCH applied."""
    changes = PatchOp[model].model_validate(_plain_operations(content), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    result = resource.model_copy(deep=True)
    changes.patch(result)
    return result


def language_wanted(tag: str, usual: str) -> str:
    """The interface language that is nearest to a language tag such as nb-NO; ``usual`` when none is near."""
    first = tag.strip().lower().replace("_", "-").split("-")[0]
    return {"no": "nb"}.get(first, first if first in LANGUAGES else usual)


def _plain_managers(content: dict[str, Any]) -> dict[str, Any]:
    """``manager`` as an object; some send the id alone, or a list with one."""
    result: dict[str, Any] = {}
    for key, value in content.items():
        last = key.casefold().rsplit(":", 1)[-1]
        if last == _MANAGER:
            result[key] = _one_manager(value)
        elif isinstance(value, dict) and key.casefold().startswith("urn:"):
            result[key] = _plain_managers(value)
        else:
            result[key] = value
    return result


def _one_manager(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        value = {"value": value}
    if isinstance(value, dict) and not any(item for key, item in value.items() if key.casefold() == "value"):
        return None
    return value


def _plain_operations(content: dict[str, Any]) -> dict[str, Any]:
    operations = next((value for key, value in content.items() if key.casefold() == "operations"), None)
    if not isinstance(operations, list):
        return content
    rest = {key: value for key, value in content.items() if key.casefold() != "operations"}
    return {**rest, "Operations": [each for operation in operations for each in _plain_operation(operation)]}


def _plain_operation(operation: Any) -> Iterator[Any]:
    if not isinstance(operation, dict):
        yield operation
        return
    named = {key.casefold(): value for key, value in operation.items()}
    path, value = named.get("path"), named.get("value")
    if isinstance(path, str) and path.casefold().rsplit(":", 1)[-1] == _MANAGER and "value" in named:
        manager = _one_manager(value)
        if str(named.get("op")).lower() == "remove" or manager is None:
            yield {"op": "remove", "path": path}
        else:
            yield {**named, "value": manager}
    elif not path and isinstance(value, dict):
        yield {**named, "value": _plain_managers(value)}
    else:
        yield named
