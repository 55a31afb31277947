"""The requests that Microsoft Entra ID really sends, as its documentation shows them."""

from __future__ import annotations

import pytest

from tests.provisioning.scene import ENTERPRISE, OURS, USER, Scene

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@pytest.mark.one_database
def test_the_connection_is_tested_with_a_user_that_does_not_exist(scene: Scene) -> None:
    answer = scene.ask("GET", '/Users?filter=userName eq "0b0a7ad0-non-existent"')
    assert answer.status_code == 200
    assert answer.mimetype == "application/scim+json"
    assert (answer.json or {})["totalResults"] == 0
    assert (answer.json or {})["Resources"] == []


@pytest.mark.one_database
def test_a_user_is_made_with_much_that_is_not_asked_for(scene: Scene) -> None:
    content = {
        "schemas": [USER, ENTERPRISE],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": "Test_User_ab6490ee@example.org",
        "active": True,
        "displayName": "lennay",
        "addresses": [],
        "emails": [{"primary": True, "type": "work", "value": "Test_User_fd0ea19b@example.org"}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName"},
        "roles": [],
        ENTERPRISE: {"department": "Roads", "costCenter": "12", "manager": ""},
    }
    answer = scene.ask("POST", "/Users", content)
    assert answer.status_code == 201, answer.text
    made = answer.json or {}
    assert answer.headers["Location"] == made["meta"]["location"]
    assert made["emails"][0]["value"] == "test_user_fd0ea19b@example.org"
    assert made["displayName"] == "givenName familyName"
    found = scene.ask("GET", f'/Users?filter=externalId eq "{content["externalId"]}"').json or {}
    assert [each["id"] for each in found["Resources"]] == [made["id"]]


@pytest.mark.one_database
def test_a_user_is_changed_operation_by_operation(scene: Scene) -> None:
    chief, made = scene.add(), scene.add()
    after = scene.patch(
        made["id"],
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "updated@example.org"},
        {"op": "Replace", "path": "name.familyName", "value": "updatedFamilyName"},
        {"op": "Replace", "path": "displayName", "value": "Somebody Else"},
        {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "123"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Care"},
        {"op": "Add", "path": f"{ENTERPRISE}:employeeNumber", "value": "881"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": chief["id"]},
        {"op": "Replace", "path": "active", "value": "True"},
    )
    assert after["emails"] == [{"type": "work", "value": "updated@example.org"}]
    assert after["displayName"] == "Kari updatedFamilyName"
    assert after[ENTERPRISE]["department"] == "Care"
    assert after[ENTERPRISE]["employeeNumber"] == "881"
    assert after[ENTERPRISE]["manager"]["value"] == chief["id"]
    for value in ("", None, {"value": ""}):
        after = scene.patch(made["id"], {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": value})
        assert "manager" not in after[ENTERPRISE]
        scene.patch(made["id"], {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": [{"value": chief["id"]}]})


@pytest.mark.one_database
def test_a_user_is_changed_without_paths(scene: Scene) -> None:
    chief, made = scene.add(), scene.add()
    after = scene.patch(
        made["id"],
        {
            "op": "replace",
            "value": {
                "active": "False", "title": "Adviser", "displayName": "x", "name.givenName": "Nora",
                f"{ENTERPRISE}:department": "Roads", f"{ENTERPRISE}:manager": chief["id"], f"{OURS}:level": "middle",
            },
        },
    )  # fmt: skip
    assert (after["active"], after["title"], after["name"]["givenName"]) == (False, "Adviser", "Nora")
    assert (after[ENTERPRISE]["department"], after[OURS]["level"]) == ("Roads", "middle")
    assert after[ENTERPRISE]["manager"]["value"] == chief["id"]


@pytest.mark.one_database
def test_a_user_is_switched_off_with_a_word(scene: Scene) -> None:
    made = scene.add()
    for value, active in (("False", False), ("True", True), (False, False), (True, True)):
        after = scene.patch(made["id"], {"op": "Replace", "path": "active", "value": value})
        assert after["active"] is active


def test_groups(scene: Scene) -> None:
    first, second = scene.add(), scene.add()
    answer = scene.ask("POST", "/Groups", {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group",
                    "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", "displayName": "New Managers",
        "meta": {"resourceType": "Group"},
    })  # fmt: skip
    assert answer.status_code == 201, answer.text
    group = answer.json or {}
    assert group["displayName"] == "New Managers"
    found = scene.ask("GET", '/Groups?excludedAttributes=members&filter=displayName eq "new managers"').json or {}
    assert [each["id"] for each in found["Resources"]] == [group["id"]], "an empty group is there"
    both = [{"value": first["id"]}, {"value": second["id"]}]
    after = scene.patch(group["id"], {"op": "Add", "path": "members", "value": both}, kind="Groups")
    assert {each["value"] for each in after["members"]} == {first["id"], second["id"]}
    after = scene.patch(group["id"], {"op": "Add", "path": "members", "value": both[:1]}, kind="Groups")
    assert len(after["members"]) == 2
    answer = scene.ask("GET", f"/Groups/{group['id']}?excludedAttributes=members")
    assert "members" not in (answer.json or {})
    for member, there in ((first, 1), ({"id": "nobody"}, 0)):
        query = f'/Groups?filter=id eq "{group["id"]}" and members eq "{member["id"]}"'
        assert (scene.ask("GET", query).json or {})["totalResults"] == there
    after = scene.patch(group["id"], {"op": "Remove", "path": "members", "value": both[:1]}, kind="Groups")
    assert [each["value"] for each in after["members"]] == [second["id"]]
    gone = {"op": "Remove", "path": f'members[value eq "{second["id"]}"]'}
    assert "members" not in scene.patch(group["id"], gone, kind="Groups")
    scene.patch(group["id"], {"op": "Replace", "path": "displayName", "value": "Managers"}, kind="Groups")
    scene.patch(group["id"], {"op": "Add", "path": "members", "value": [{"value": "nobody"}]}, kind="Groups", code=400)
    assert scene.ask("DELETE", f"/Groups/{group['id']}").status_code == 204
    assert scene.ask("GET", f"/Groups/{group['id']}").status_code == 404
