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
LONGEST_FILE = 400
MAY_COMMIT = {"aquacert.kernel.work"}
RULES_MAY_IMPORT = {"aquacert.kernel.errors", "aquacert.kernel.states", "aquacert.kernel.clock"}


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


def first_argument(function):
    arguments = [*function.args.posonlyargs, *function.args.args]
    if not arguments:
        return "", ""
    annotation = arguments[0].annotation
    return arguments[0].arg, ast.unparse(annotation) if annotation else ""


def test_every_query_takes_a_look_first():
    offenders = [
        f"{told(path, function)} {function.name}"
        for path in members("queries")
        for function in public_functions(path)
        if first_argument(function) not in {("look", "Look"), ("look", "Look | Work")}
    ]
    assert offenders == []


def test_every_command_takes_a_work_first():
    """An act of several units of work (issuing) takes the database that opens them."""
    offenders = [
        f"{told(path, function)} {function.name}"
        for path in members("commands")
        for function in public_functions(path)
        if first_argument(function) not in {("w", "Work"), ("db", "Database")}
    ]
    assert offenders == []


def test_no_function_is_longer_than_a_screen():
    offenders = [
        f"{told(path, function)} {function.name} {function.end_lineno - function.lineno + 1}"
        for path in sources()
        for function in functions(path)
        if function.end_lineno - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert offenders == []


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
