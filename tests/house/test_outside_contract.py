"""What tests, benchmarks and operators outside rely on: commands, addresses, settings, set-up."""

import os
import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from aquacert.cli import Plain, main
from aquacert.kernel.errors import NotReady
from aquacert.kernel.settings import Settings
from tests.house.source import ROOT

COMMANDS = ["init", "demo", "serve", "work", "check", "backup", "restore"]
PUBLIC = [
    *("/c/<public_id>", "/verify", "/trust/list.json", "/trust/status/<int:number>"),
    *("/openapi.json", "/healthz", "/readyz", "/metrics"),
]
TARGETS = ["demo", "test", "lint", "bench", "faults", "setup", "serve"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_promised_command_explains_itself(command):
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0, result.output
    assert len(result.output.split()) > 5


def test_a_command_that_is_not_ready_says_everything_that_stands_in_the_way():
    @click.group(cls=Plain)
    def group() -> None: ...

    @group.command()
    def issue() -> None:
        raise NotReady(["号段用完了。", "出证已停。"])

    result = CliRunner().invoke(group, ["issue"])
    assert result.exit_code == 1
    assert "号段用完了。" in result.output
    assert "出证已停。" in result.output


def test_every_promised_public_address_is_there_and_open(app):
    rules = {rule.rule: rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(PUBLIC) - set(rules) == set()
    assert [r for r in PUBLIC if not hasattr(app.view_functions[rules[r]], "open_because")] == []


def test_every_room_of_the_road_has_its_api(app):
    """Thin now, true now: each farm-side room answers under /api/v1."""
    rooms = {
        rule.rule.split("/")[3]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    wanted = {
        *("accounts", "reference", "hatcheries", "surveillance", "declarations", "inspections"),
        *("sampling", "certificates", "movements", "verification", "supervision"),
    }
    assert wanted - rooms == set()


def test_the_promised_settings_are_read_from_the_environment(tmp_path):
    settings = Settings.from_env(
        {
            "AQUACERT_DATA_DIR": str(tmp_path),
            "AQUACERT_DATABASE_URL": "sqlite:///x.db",
            "AQUACERT_PUBLIC_URL": "https://cert.example/",
            "PORT": "8123",
        }
    )
    assert (settings.data_dir, settings.port) == (tmp_path, 8123)
    assert settings.db_url == "sqlite:///x.db"
    assert settings.public_url == "https://cert.example"


def test_every_target_is_explained_by_make():
    said = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert [target for target in TARGETS if not re.search(rf"make {target} +\S", said)] == []


def set_up(tmp_path, **environment):
    """Run a copy of the set-up in an empty checkout."""
    place = tmp_path / "checkout" / ".ci"
    place.mkdir(parents=True)
    script = place / "setup.py"
    script.write_bytes((ROOT / ".ci/setup.py").read_bytes())
    return subprocess.run(
        [sys.executable, script],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
    )


def test_set_up_names_a_missing_venv_module_in_one_sentence(tmp_path):
    fake = tmp_path / "fake" / "ensurepip"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text("raise ImportError\n")
    done = set_up(tmp_path, PYTHONPATH=str(fake.parent))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "setup: python3 has no venv module; install it (Debian: apt-get install python3-venv)."
    ]


def test_set_up_names_what_an_incomplete_checkout_lacks(tmp_path):
    done = set_up(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("setup: this checkout is not whole, it has no pyproject.toml")
    assert "Traceback" not in done.stderr
