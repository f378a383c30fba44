"""One server per engine for the whole run; at its end the books must be right."""

import pytest
from yookassa import Configuration

from altyn import ENGINES, Server
from api import Api
from buyer import Buyer
from receiver import Receiver


@pytest.fixture(scope="session", params=ENGINES)
def server(request, tmp_path_factory):
    """A running server, audited after its last test."""
    server = Server(request.param, tmp_path_factory.mktemp(request.param))
    try:
        server.start()
        yield server
        server.audit()
        server.stop()
        server.audit()
    finally:
        server.close()


@pytest.fixture
def sdk(server):
    """Points the official SDK at the server; that is all a merchant changes."""
    Configuration.configure(server.shop_id, server.secret_key, api_url=server.api_url)


@pytest.fixture(scope="session")
def api(server):
    """The demo shop as bytes on the wire."""
    return Api(server.api_url, server.shop_id, server.secret_key)


@pytest.fixture(scope="session")
def stranger(server):
    """Another shop on the same platform."""
    shop = server.create_shop()
    return Api(server.api_url, shop["shop_id"], shop["secret_key"])


@pytest.fixture
def buyer():
    """A browser without script."""
    return Buyer()


@pytest.fixture(scope="session")
def receiver():
    """The merchant's server."""
    receiver = Receiver()
    yield receiver
    receiver.close()


def pytest_collection_modifyitems(items):
    """The check of all answers comes after everything that asks."""
    items.sort(key=lambda item: "test_published" in item.nodeid)
