"""Bad input is a SCIM error that says what is wrong, changes nothing, and is never a fault of the server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.provisioning.scene import ENTERPRISE, OURS, Scene, user


@pytest.mark.one_database
def test_addresses_and_methods_that_are_not_there(scene: Scene) -> None:
    for method, path, code in (
        ("GET", "/Shoes", 404), ("GET", "", 404), ("GET", "/Users/nobody", 404), ("PUT", "/Groups/nobody", 404),
        ("POST", "/ServiceProviderConfig", 405), ("DELETE", "/Users", 405), ("POST", "/Bulk", 501),
        ("POST", "/.search", 501), ("GET", "/Schemas/urn:x", 404), ("GET", "/Schemas?filter=id pr", 403),
    ):  # fmt: skip
        answer = scene.ask(method, path, {} if method == "PUT" else None)
        assert answer.status_code == code, f"{method} {path}"
        assert answer.mimetype == "application/scim+json"
        assert (answer.json or {})["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


@pytest.mark.one_database
def test_bodies_that_are_not_right(scene: Scene) -> None:
    client, headers = scene.app.test_client(), {"Authorization": f"Bearer {scene.secret}"}
    json = "application/scim+json"
    for body, kind, code in (
        (b"{", json, 400), (b"[]", json, 400), (b"", json, 400), (b"\xff\xfe", json, 400), (b"{}", json, 400),
        (b"{}", "text/plain", 415), (b"a=b", "application/x-www-form-urlencoded", 415),
        (b'{"userName": "a\\u0000b"}', json, 400), (b'{"userName": "\\ud800"}', json, 400),
        (b"[" * 100_000, json, 400), (b'{"x": "' + b"y" * 2_000_000 + b'"}', json, 413),
    ):  # fmt: skip
        answer = client.post("/scim/v2/Users", data=body, content_type=kind, headers=headers)
        assert answer.status_code == code, (body[:30], answer.text)
        assert answer.mimetype == json
        assert (answer.json or {})["detail"]


@pytest.mark.one_database
def test_values_that_do_not_fit(scene: Scene) -> None:
    for values in (
        {"name": None}, {"name": {"givenName": "A"}}, {"name": "Kari"}, {"name": {"givenName": " ", "familyName": "B"}},
        {"userName": ""}, {"userName": 5 * ["x"]}, {"userName": "x" * 300}, {"title": "t" * 201}, {"active": "perhaps"},
        {"emails": "a@example.org"}, {"emails": [{"value": "nonsense"}]}, {"externalId": "e" * 201},
        {OURS: {"positionStart": "0001-01-01"}}, {OURS: {"positionStart": "yesterday"}}, {OURS: []},
        {ENTERPRISE: {"employeeNumber": "1" * 41}}, {ENTERPRISE: {"manager": {"value": "x"}}},
    ):  # fmt: skip
        answer = scene.ask("POST", "/Users", user(**values))
        assert answer.status_code == 400, (values, answer.text)
    assert (scene.ask("GET", "/Users").json or {})["totalResults"] == 1


@pytest.mark.one_database
def test_a_patch_that_does_not_fit_changes_nothing(scene: Scene) -> None:
    made = scene.add(title="Nurse")
    good = {"op": "replace", "path": "title", "value": "Changed"}
    for bad in (
        {"op": "twist", "path": "title", "value": "x"}, {"op": "remove"}, {"op": "add", "path": "title"},
        {"op": "remove", "path": "userName"}, {"op": "remove", "path": "name.givenName"}, "x", None,
        {"op": "replace", "path": "id", "value": "x"}, {"op": "replace", "path": "title[", "value": "x"},
        {"op": "remove", "path": OURS}, {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": made["id"]},
        {"op": "replace", "path": "emails", "value": []}, {"op": "replace", "path": "active", "value": None},
    ):  # fmt: skip
        content = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [good, bad]}
        answer = scene.ask("PATCH", f"/Users/{made['id']}", content)
        assert answer.status_code == 400, (bad, answer.text)
    assert scene.read(made["id"]) == made
    for content in ({}, {"Operations": []}, {"Operations": "x"}, {"Operations": {"op": "add"}}):
        assert scene.ask("PATCH", f"/Users/{made['id']}", content).status_code == 400


@pytest.mark.one_database
def test_a_user_that_has_changed_since_is_not_overwritten(scene: Scene) -> None:
    made = scene.add()
    version = made["meta"]["version"]
    assert scene.ask("GET", f"/Users/{made['id']}", If_None_Match=version).status_code == 304
    after = scene.patch(made["id"], {"op": "replace", "path": "title", "value": "x"})
    assert after["meta"]["version"] != version
    for method in ("PUT", "DELETE"):
        answer = scene.ask(method, f"/Users/{made['id']}", user(), If_Match=version)
        assert answer.status_code == 412
    assert scene.ask("DELETE", f"/Users/{made['id']}", If_Match=after["meta"]["version"]).status_code == 204


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(("work", "Care", "employee")),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(("value", "type", "givenName", "level", "manager", ENTERPRISE, "")), inner)
    ),
    max_leaves=5,
)
PATHS = st.none() | st.text(max_size=5) | st.sampled_from(
    ("userName", "name", "name.givenName", "emails", 'emails[type eq "work"].value', "active", "title", "manager",
     f"{ENTERPRISE}:manager", f"{ENTERPRISE}:department", f"{OURS}:level", f"{OURS}:positionStart", ENTERPRISE, OURS,
     "preferredLanguage", "externalId", "schemas", "meta", "groups", "emails.value", "members")
)  # fmt: skip


@pytest.mark.one_database
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(operation=st.fixed_dictionaries({"op": st.sampled_from(("add", "Replace", "remove", "x")), "path": PATHS,
                                        "value": VALUES}))  # fmt: skip
def test_no_patch_is_a_fault_of_the_server(scene: Scene, operation: dict[str, Any]) -> None:
    listed = scene.ask("GET", "/Users?count=1&sortBy=userName").json or {}
    scim_id = listed["Resources"][0]["id"] if listed["Resources"] else scene.add()["id"]
    content = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    for path in (f"/Users/{scim_id}",):
        assert scene.ask("PATCH", path, content).status_code in (200, 400, 409), operation


@pytest.mark.one_database
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(values=st.dictionaries(
    st.sampled_from(("userName", "name", "emails", "active", "title", "externalId", "preferredLanguage", ENTERPRISE,
                     OURS, "schemas", "id", "meta", "manager")), VALUES))  # fmt: skip
def test_no_user_is_a_fault_of_the_server(scene: Scene, values: dict[str, Any]) -> None:
    assert scene.ask("POST", "/Users", user(**values)).status_code in (201, 400, 409), values
