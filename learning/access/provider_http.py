"""Requests to providers of identity, whose addresses administrators type in.

They go to public addresses over HTTPS only, follow no redirect, and end after a short time or a certain size, so that a
provider cannot be used to reach into the network where the system runs, nor to hold it up. In demo mode, providers on
the machine itself are allowed.
"""

from __future__ import annotations

import socket
import time
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.requests_client import OAuth2Session
from flask import current_app
from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

TIMEOUT = 5  # seconds to connect, and between two pieces of an answer
LONGEST = 15  # seconds for a whole answer
LARGEST = 512 * 1024  # bytes; the largest sets of keys are some tens of thousands


class AddressRefused(RequestException):
    """The address is not HTTPS, or lies in a private network."""


class TooLarge(RequestException):
    """The answer is larger than any right one."""


class _NotPublic(Exception):
    """As AddressRefused, while a connection is made: urllib3 would take any OSError for a broken line."""


def is_public(address: str) -> bool:
    """Whether a network address is one that anybody on the internet can reach."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast


def check_url(url: str) -> None:
    """Raises AddressRefused for what must not be asked, as far as the text of the address tells."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as fault:
        raise AddressRefused(f"not an address: {url[:200]}") from fault
    here = host in ("localhost", "127.0.0.1", "::1")
    if current_app.config["SETTINGS"].demo and here and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https" or not host or parts.username is not None:
        raise AddressRefused(f"not a plain https address: {url[:200]}")
    try:
        public = is_public(host)
    except ValueError:  # a name
        public = not here and not host.endswith(".localhost")
    if not public:
        raise AddressRefused(f"not a public address: {host}")


class _ToPublicAddresses:
    """Looks at a connection twice: where the name leads, and where the connection has come, before anything is said."""

    def _new_conn(self) -> socket.socket:
        if not current_app.config["SETTINGS"].demo:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)  # type: ignore[attr-defined]
            for *_, where in found:
                _require_public(str(where[0]))
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        if not current_app.config["SETTINGS"].demo:
            try:
                _require_public(str(made.getpeername()[0]))
            except _NotPublic:
                made.close()
                raise
        return made


def _require_public(address: str) -> None:
    if not is_public(address):
        raise _NotPublic(f"not a public address: {address}")


class _Connection(_ToPublicAddresses, HTTPConnection):
    pass


class _SecureConnection(_ToPublicAddresses, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class ProviderSession(OAuth2Session):
    """Authlib's client with the limits of this file. Raises requests.RequestException when a request fails.

    A proxy that the environment names (``HTTPS_PROXY``) is used: then it is the proxy that connects.
    """

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.mount("https://", _Adapter())
        self.mount("http://", _Adapter())

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        check_url(request.url or "")
        kwargs.update(timeout=TIMEOUT, allow_redirects=False, stream=True)
        try:
            response: Response = super().send(request, **kwargs)
            # What requests itself keeps of an answer that was read to its end.
            response._content = _body(response)
        except _NotPublic as fault:
            raise AddressRefused(str(fault)) from fault
        except OSError as fault:  # also a name that leads nowhere
            raise fault if isinstance(fault, RequestException) else RequestException(str(fault)) from fault
        except HTTPError as fault:
            raise RequestException(str(fault)) from fault
        return response


def _body(response: Response) -> bytes:
    ends = time.monotonic() + LONGEST
    body = bytearray()
    with response:
        while piece := response.raw.read1(65536, decode_content=True):
            body += piece
            if len(body) > LARGEST:
                raise TooLarge(f"more than {LARGEST} bytes")
            if time.monotonic() > ends:
                raise RequestException(f"no whole answer within {LONGEST} seconds")
    return bytes(body)
