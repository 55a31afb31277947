"""A token of one agency neither sees, changes nor guesses anything of another's."""

from __future__ import annotations

from tests.provisioning.scene import ENTERPRISE, Scene, user


def test_another_agencys_people_and_groups_are_not_there(scene: Scene, other: Scene) -> None:
    theirs = other.add(userName="theirs@example.org", externalId="same", **{ENTERPRISE: {"employeeNumber": "1"}})
    group = other.ask("POST", "/Groups", {"displayName": "Theirs", "members": [{"value": theirs["id"]}]}).json or {}
    for path in (f"/Users/{theirs['id']}", f"/Groups/{group['id']}"):
        assert scene.ask("GET", path).status_code == 404
        assert scene.ask("DELETE", path).status_code == 404
        for method in ("PUT", "PATCH"):
            assert scene.ask(method, path, user()).status_code == 404
            missing = scene.ask(method, path[:-4] + "0000", user())
            assert missing.status_code == 404
            assert (missing.json or {})["detail"] == (scene.ask(method, path, user()).json or {})["detail"]
    for query in (f'id eq "{theirs["id"]}"', 'externalId eq "same"', 'userName co "theirs"', "userName pr"):
        found = scene.ask("POST", "/Users/.search", {"filter": query}).json or {}
        assert theirs["id"] not in [each["id"] for each in found["Resources"]]
    assert (scene.ask("GET", "/Groups").json or {})["totalResults"] == 0
    assert other.read(theirs["id"]) == theirs


def test_the_same_names_and_keys_are_free_in_each_agency(scene: Scene, other: Scene) -> None:
    values = {"externalId": "same", ENTERPRISE: {"employeeNumber": "1", "department": "Care"}}
    ours, theirs = scene.add(**values), other.add(**values)
    for at in (scene, other):
        assert at.ask("POST", "/Groups", {"displayName": "Managers", "externalId": "g"}).status_code == 201
        again = at.ask("POST", "/Groups", {"displayName": "managers"})
        assert (again.status_code, (again.json or {})["scimType"]) == (409, "uniqueness")
    member = scene.ask("POST", "/Groups", {"displayName": "Mixed", "members": [{"value": theirs["id"]}]})
    assert member.status_code == 400
    operation = {"op": "add", "path": f"{ENTERPRISE}:manager", "value": theirs["id"]}
    scene.patch(ours["id"], operation, code=400)


def test_the_schemas_name_the_agencys_own_units_only(scene: Scene, other: Scene) -> None:
    text = scene.ask("GET", f"/Schemas/{ENTERPRISE}").text
    assert '"Care"' in text
    assert other.top.name not in text
    assert scene.top.name not in text
