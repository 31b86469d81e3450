"""Every door names what it needs, and every permission is of use to somebody."""

import csv
import importlib
import importlib.util
import re
from collections import Counter

from aquacert.app import NEWS, ROOMS
from aquacert.kernel.permissions import P
from tests.house.source import ROOT, members, sources

ROLES_CSV = ROOT / "seed_data" / "roles.csv"
STRANGERS_MAY_CHANGE_NOTHING_BUT = re.compile(
    r"sign_in|sign_out|second_factor|first_code|verify|one_time|recover|arriv|link|hatcheries.register"
)


def doors(app):
    """Endpoint → view, for every rule the application answers to."""
    return {
        rule.endpoint: app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
    }


def test_every_door_names_what_it_needs(app):
    ungated = [
        name
        for name, view in doors(app).items()
        if not hasattr(view, "needs") and not hasattr(view, "open_because")
    ]
    assert ungated == []


def test_no_door_is_both_open_and_gated(app):
    both = [
        name
        for name, view in doors(app).items()
        if hasattr(view, "needs") and hasattr(view, "open_because")
    ]
    assert both == []


def test_every_open_door_says_why_it_is_open(app):
    silent = [
        name
        for name, view in doors(app).items()
        if hasattr(view, "open_because") and len(view.open_because) < 6
    ]
    assert silent == []


def test_what_a_door_needs_is_a_permission(app):
    strange = {
        name: view.needs
        for name, view in doors(app).items()
        if not all(isinstance(need, P) for need in getattr(view, "needs", ()))
    }
    assert strange == {}


def test_strangers_change_nothing(app):
    """The few open doors that take a POST are the ones a person without an account must have."""
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        and hasattr(app.view_functions[rule.endpoint], "open_because")
        and rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
    }
    assert {name for name in changing if not STRANGERS_MAY_CHANGE_NOTHING_BUT.search(name)} == set()


def test_a_get_never_shares_its_door_with_a_change_under_the_api(app):
    """Under /api a door reads or acts, never both: the gate asks for a token by method."""
    mixed = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and {"GET", "POST"} <= rule.methods
    ]
    assert mixed == []


def test_every_room_with_doors_is_joined_to_the_app():
    unjoined = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for cast in ("views", "api")
        for path in members(cast)
        if path.stem == cast and "rules" not in path.parts
    }
    packages = {name.removesuffix(".views").removesuffix(".api") for name in unjoined}
    inner = {name for name in packages if name.startswith("aquacert.certificates.")}
    assert packages - set(ROOMS) - inner - {"aquacert.http"} == set()


def roles():
    with ROLES_CSV.open(encoding="utf-8", newline="") as file:
        return [(row["role"], row["permission"]) for row in csv.DictReader(file)]


def test_every_permission_belongs_to_a_role():
    held = {permission for _role, permission in roles()}
    assert {permission.value for permission in P} - held == set()


def test_roles_hold_known_permissions_once():
    known = {permission.value for permission in P}
    assert {permission for _role, permission in roles()} - known == set()
    assert [pair for pair, n in Counter(roles()).items() if n > 1] == []


def test_every_permission_is_asked_for_somewhere():
    text = "\n".join(path.read_text("utf-8") for path in sources())
    templates = "\n".join(path.read_text("utf-8") for path in ROOT.glob("templates/**/*.html"))
    unused = [
        permission.name
        for permission in P
        if not re.search(rf"\bP\.{permission.name}\b", text + templates)
    ]
    assert unused == []


def test_permissions_are_spelt_room_thing_act():
    assert [p.value for p in P if not re.fullmatch(r"[a-z]+:[a-z_]+:[a-z_]+", p.value)] == []
    assert [p.name for p in P] == sorted(p.name for p in P)


def test_every_task_that_news_goes_to_exists(house):
    from aquacert.app import tasks_of

    wanted = {task for tasks in NEWS.values() for task in tasks}
    assert wanted - set(tasks_of(house)) == set()


def test_every_rule_module_imports_without_the_app():
    """A rule that needs the application to be there is not a rule."""
    for path in members("rules"):
        assert importlib.util.find_spec(".".join(path.relative_to(ROOT).with_suffix("").parts))
