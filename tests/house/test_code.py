"""Habits of the code that neither ruff, mypy nor import-linter can hold."""

import ast
import sys

from tests.house.source import (
    functions,
    imports,
    members,
    name_of,
    public_functions,
    sources,
    told,
    tree,
)

LONGEST_FUNCTION = 60
LONGEST_FILE = 500
MAY_COMMIT = {"aquacert.kernel.work"}
RULES_MAY_IMPORT = {
    *("aquacert.kernel.errors", "aquacert.kernel.states", "aquacert.kernel.clock"),
    "geographiclib.geodesic",  # arithmetic of the ellipsoid: pure, and nothing to write anew
}


def attribute_calls(path, names):
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in names
        ):
            yield node


def test_only_the_unit_of_work_commits():
    offenders = [
        told(path, call)
        for path in sources()
        if name_of(path) not in MAY_COMMIT
        for call in attribute_calls(path, {"commit", "rollback"})
    ]
    assert offenders == []


def test_rules_import_the_standard_library_and_other_rules_only():
    def is_pure(module):
        return (
            module.split(".")[0] in sys.stdlib_module_names
            or module in RULES_MAY_IMPORT
            or "rules" in module.split(".")
        )

    offenders = [
        f"{told(path, node)} {module}"
        for path in members("rules")
        for module, node in imports(path)
        if not is_pure(module)
    ]
    assert offenders == []


UNITS = {"Look", "Work", "Look | Work", "Database", "Session", "Connection"}


def units(function):
    """Parameters of a function that reach the database, in order, with what comes first marked."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [
        (place, argument.arg, ast.unparse(argument.annotation))
        for place, argument in enumerate(arguments)
        if argument.annotation and ast.unparse(argument.annotation) in UNITS
    ]


def misplaced(cast, allowed):
    """Public functions of a cast that reach the database by another way than `allowed`.

    One that takes neither is a calculation; without a session it can read and write nothing.
    """
    return [
        f"{told(path, function)} {function.name}: {name}: {kind}"
        for path in members(cast)
        for function in public_functions(path)
        for place, name, kind in units(function)
        if place != 0 or (name, kind) not in allowed
    ]


def test_every_query_takes_its_look_first():
    assert misplaced("queries", {("look", "Look"), ("w", "Work")}) == []


def test_every_command_takes_its_work_first():
    """An act of several units of work (issuing) takes the database that opens them; what a
    command asks before it acts may be asked with a look alone, by a door too.
    """
    units = {("w", "Work"), ("db", "Database"), ("database", "Database"), ("look", "Look")}
    assert misplaced("commands", units) == []


def test_no_function_is_longer_than_a_screen():
    """Its body; a command that names every field it takes may have a long head."""
    lengths = [
        (
            f"{told(path, function)} {function.name}",
            function.end_lineno - function.body[0].lineno + 1,
        )
        for path in sources()
        for function in functions(path)
    ]
    assert [(name, length) for name, length in lengths if length > LONGEST_FUNCTION] == []


def test_no_file_is_longer_than_can_be_held_in_mind():
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_nothing_is_caught_and_swallowed_in_silence():
    """`except Exception: pass` hides what an officer must know."""
    offenders = [
        told(path, node)
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and all(isinstance(line, ast.Pass) for line in node.body)
    ]
    assert offenders == []
