"""Templates: whole, readable without JavaScript, and asking nobody outside."""

import re

import pytest

from tests.house.source import ROOT

TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*.html") if "documents" not in path.parts
)
COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
FORBIDDEN = {
    "a style attribute": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(
        r"<script\b(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)", re.IGNORECASE
    ),
    "an event attribute": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an outside address": re.compile(
        r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE
    ),
}


def short(path):
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_a_template_keeps_the_content_security_policy(path):
    source = COMMENT.sub("", path.read_text("utf-8"))
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(source)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_a_picture_has_words(path):
    """Every <img> has an alt, be it empty for decoration."""
    pictures = re.findall(r"<img\b[^>]*>", COMMENT.sub("", path.read_text("utf-8")))
    assert [each for each in pictures if "alt=" not in each] == []


def test_every_template_can_be_compiled(app):
    for path in TEMPLATES:
        app.jinja_env.get_template(short(path))


def test_every_form_that_posts_is_guarded():
    """A form that changes something carries the CSRF token: by the macro or by hand."""
    bare = []
    for path in TEMPLATES:
        source = COMMENT.sub("", path.read_text("utf-8"))
        for form in re.findall(r"<form\b.*?</form>", source, re.DOTALL | re.IGNORECASE):
            posts = re.search(r"method\s*=\s*[\"']?post", form, re.IGNORECASE)
            if posts and not re.search(r"csrf_token|hidden|form_head|ui\.\w+", form):
                bare.append(short(path))
    assert bare == []
