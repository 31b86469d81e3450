"""Somebody who reads pages without a browser: finds forms by their buttons and fills them in.

It sends what a browser would send (hidden fields, ticked boxes, the pressed button), so the
idempotency key and the CSRF token of the page are the real ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from tests.make.accounts import Made, signed_in


@dataclass
class PageForm:
    """One form of a page: where it goes, what it holds, what its buttons say."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """Return what a field holds, empty when it holds nothing."""
        return next((text for key, text in self.values if key == name), "")


class Forms(HTMLParser):
    """Reads every form of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: list[tuple[str, str]] = []
        self._open: PageForm | None = None
        self._select = self._area = ""
        self._href: str | None = None
        self._button: dict[str, str] | None = None
        self._text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = PageForm(at.get("action", ""), at.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "a":
            self._href, self._text = at.get("href"), []
        elif self._open is not None:
            self._field(tag, at, self._open)

    def _field(self, tag: str, at: dict[str, str], form: PageForm) -> None:
        name = at.get("name", "")
        if tag in {"input", "select", "textarea"} and name and "disabled" not in at:
            form.names.add(name)
        if tag == "input":
            self._input(name, at, form)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(at.get("value", ""))
            if "selected" in at:
                form.values.append((self._select, at.get("value", "")))
        elif tag == "textarea":
            self._area, self._text = name, []
        elif tag == "button" and "disabled" not in at:
            self._button, self._text = at, []

    def _input(self, name: str, at: dict[str, str], form: PageForm) -> None:
        kind = at.get("type", "text")
        if kind in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(at.get("value", "on"))
        if kind != "file" and (kind not in {"radio", "checkbox"} or "checked" in at):
            form.values.append((name, at.get("value", "")))

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        said = "".join(self._text)
        if tag == "a" and self._href is not None:
            self.links.append((" ".join(said.split()), self._href))
            self._href = None
        form = self._open
        if form is None:
            return
        if tag == "form":
            self._open = None
        elif tag == "select":
            given = form.choices.get(self._select)
            if given and self._select not in dict(form.values):
                form.values.append((self._select, given[0]))
            self._select = ""
        elif tag == "textarea":
            form.values.append((self._area, re.sub(r"^\r?\n", "", said)))
            self._area = ""
        elif tag == "button" and self._button is not None:
            form.buttons.append((" ".join(said.split()), self._button))
            self._button = None


class Reader:
    """One person at a page, without a browser."""

    def __init__(self, app: Any, made: Made | None = None, *, secret: str = "") -> None:
        self.client = app.test_client()
        if made is not None:
            signed_in(self.client, made)
        elif secret:
            with self.client.session_transaction() as cookie:
                cookie["_user_id"], cookie["_fresh"] = secret, True
        self.path, self.status, self.html = "/", 0, ""

    def open(self, path: str) -> Reader:
        """Go to a page, through its redirects."""
        return self._took(self.client.get(path, follow_redirects=True))

    def _took(self, answer: Any) -> Reader:
        self.status, self.path = answer.status_code, answer.request.full_path.rstrip("?")
        self.html = answer.get_data(as_text=True)
        self.read = Forms(self.html)
        return self

    @property
    def text(self) -> str:
        """What the page says, without its tags."""
        plain = re.sub(r"<(script|style|svg)\b.*?</\1>", "", self.html, flags=re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", plain).split())

    @property
    def said(self) -> str:
        """What the page says, without any space: sentences broken by tags are found."""
        return self.text.replace(" ", "")

    def form(self, words: str) -> PageForm:
        """Return the form whose button says these words."""
        for form in self.read.forms:
            if any(label == words for label, _ in form.buttons):
                return form
        raise LookupError(f"{words}: {[b for f in self.read.forms for b, _ in f.buttons]}")

    def filled(self, words: str, **values: Any) -> tuple[str, str, list[tuple[str, Any]]]:
        """Return method, address and data of pressing a button with these fields filled in."""
        form = self.form(words)
        wanted = {name.replace("__", "-"): value for name, value in values.items()}
        data: list[tuple[str, Any]] = [one for one in form.values if one[0] not in wanted]
        for name, value in wanted.items():
            assert name in form.names, (name, sorted(form.names))
            data += [(name, one) for one in (value if isinstance(value, list) else [value])]
        at = next(at for label, at in form.buttons if label == words)
        if at.get("name"):
            data.append((at["name"], at.get("value", "")))
        action = at.get("formaction") or form.action
        return form.method, urljoin(self.path, action), data

    def press(self, words: str, **values: Any) -> Reader:
        """Fill the form (`a__b` stands for a-b), press its button and read the answer."""
        return self.send(*self.filled(words, **values))

    def send(self, method: str, path: str, data: list[tuple[str, Any]]) -> Reader:
        """Send what a form would send: a second time it is a double click."""
        body: dict[str, Any] = {}
        for name, value in data:
            body.setdefault(name, []).append(value)
        verb = self.client.post if method == "post" else self.client.get
        extra = {"data": body} if method == "post" else {"query_string": body}
        return self._took(verb(path, follow_redirects=True, **extra))

    def follow(self, words: str) -> Reader:
        """Follow the first link that says these words."""
        for said, href in self.read.links:
            if words in said:
                return self.open(urljoin(self.path, href))
        raise LookupError(f"{words}: {[said for said, _ in self.read.links]}")
