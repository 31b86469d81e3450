"""What caches may keep: nothing that only some may see, whatever kind of file it is."""

import io

import pytest
from flask import Flask, send_file

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
