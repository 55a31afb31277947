"""The service against scim2-tester, which reads what the service says of itself and tries all of it."""

from __future__ import annotations

from typing import Any

from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from tests.provisioning.scene import Scene


class OnItsOwn:
    """The application as a WSGI server meets it: no request sees the test's context or another request's."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        client = self._app.test_client()
        answer = client.open(environ)
        start_response(answer.status, list(answer.headers.items()))
        return [answer.get_data()]


def test_every_check_of_the_standard_tester_passes(scene: Scene) -> None:
    client = WSGISCIMClient(
        OnItsOwn(scene.app), base_url="http://127.0.0.1:8000/scim/v2",
        headers={"Authorization": f"Bearer {scene.secret}"},
    )  # fmt: skip
    results = check_server(client)
    fine = (Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE, Status.SKIPPED)
    failed = [result for result in results if result.status not in fine]
    for result in failed:
        print(result.title, result.reason, str(result.data)[:300])
    assert not failed
    assert len([result for result in results if result.status is Status.SUCCESS]) > 50
    skipped = {result.title for result in results if result.status is Status.SKIPPED}
    assert skipped <= {"search_with_attributes"}
