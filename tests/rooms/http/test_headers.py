"""What caches may keep: nothing that only some may see, whatever kind of file it is."""

import io
from dataclasses import replace

import pytest
from flask import Flask, request, send_file

from aquacert.app import create_app
from aquacert.http.gates import open_to_all, signed_in
from aquacert.http.headers import dress


@pytest.fixture
def client():
    app = Flask("caches")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    dress(app)

    @app.get("/own.pdf")
    @signed_in
    def own():
        return send_file(io.BytesIO(b"%PDF"), mimetype="application/pdf")

    @app.get("/open")
    @open_to_all("a test")
    def everybodys():
        return "yes", 200, {"Cache-Control": "public, max-age=60"}

    @app.get("/plain")
    @open_to_all("a test")
    def plain():
        return "yes"

    return app.test_client()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/own.pdf", "no-store"),
        ("/open", "public, max-age=60"),
        ("/plain", "no-store"),
        ("/none", "no-store"),
    ],
)
def test_only_open_pages_may_be_kept_and_only_if_they_say_so(client, path, kept):
    assert client.get(path).headers["Cache-Control"] == kept


def test_a_house_behind_tls_asks_browsers_to_come_by_tls(client):
    asked = "Strict-Transport-Security"
    assert asked not in client.get("/plain").headers
    client.application.config["SESSION_COOKIE_SECURE"] = True
    assert client.get("/plain").headers[asked].startswith("max-age=")


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.7")]
)
def test_an_address_is_read_from_a_header_only_as_far_as_proxies_are_trusted(house, proxies, seen):
    app = create_app(replace(house.settings, proxies=proxies), house=house)
    with app.test_client() as client:
        client.get("/healthz", headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.7, 203.0.113.9"})
        assert request.remote_addr == seen
