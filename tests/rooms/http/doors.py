"""Addresses of the whole application, with ids that exist and with ids that do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.routing import Rule

from aquacert.accounts.rules.roles import LAB, TRADE, Role

WORDS = {
    "day": ["2026-05-09", "x"],
    "code": ["DIV1", "PNV", "320114", "WK85R-KFK9A"],
    "disease_code": ["DIV1", "x"],
    "division_code": ["320114", "x"],
    "method_code": ["sct7237-2020", "x"],
    "level": ["county", "x"],
    "month": ["2026-04", "x"],
    "kind": ["application", "acceptance", "refusal", "supplement", "nothing"],
    "version": ["0", "1", "99"],
    "number": ["0", "1", "2026201"],
    "ordinal": ["0", "1", "999999999999"],
    "sequence": ["0", "1", "999999999999"],
    "name": ["0/000", "../secret", "x", "a" * 43],
    "word": ["confirm", "x"],
    "thing": ["hatchery", "person", "x"],
    "kid": ["00", "x"],
    "key": ["woah", "../x", "x"],
    "secret": ["x", "a" * 43],
    "part": ["seed-0", "purpose-0", "contact", "again", "papers", "check", "x"],
    "filename": ["icon.svg", "../app.py"],
    "public_id": ["0000000000", "x", "7KQ2M9XA4B"],
}
"""Parts of addresses that are no ids."""


def kind_of(role: Role) -> str:
    """Return which of the three sorts of people a role is."""
    return "trade" if role in TRADE else "lab" if role in LAB else "agency"


def addresses(
    app: Flask,
    method: str,
    ids: Mapping[str, list[UUID]] | None = None,
    public_ids: Sequence[str] = (),
    most: int = 8,
) -> Iterator[tuple[str, str]]:
    """Yield (endpoint, address) for every rule of a method, `most` for each; None: unknown ids."""
    words = WORDS | {"public_id": [*public_ids, *WORDS["public_id"]]}
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()):
            continue
        parts = sorted(rule.arguments)
        options = [values_of(rule, part, ids, words) for part in parts]
        for chosen in islice(product(*options), most):
            yield rule.endpoint, adapter.build(rule.endpoint, dict(zip(parts, chosen, strict=True)))


def values_of(
    rule: Rule, part: str, ids: Mapping[str, list[UUID]] | None, words: Mapping[str, list[str]]
) -> list[object]:
    """Return values for one part of an address."""
    listed = getattr(rule._converters[part], "items", None)
    if listed:
        return sorted(listed)
    if part in words:
        found = words[part]
        return (
            [int(text) for text in found]
            if part in {"number", "ordinal", "sequence", "version"}
            else list(found)
        )
    if ids is None:
        return [uuid4()]
    name = part.removesuffix("_id")
    if name == "file" and not rule.endpoint.startswith("labs"):
        name = "feed" if rule.endpoint.startswith("surveillance") else "paper"
    found = ids[name]
    return [*found[:2], *found[-1:]] if len(found) > 3 else list(found) or [uuid4()]
