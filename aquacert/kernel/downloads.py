"""Large things over the one way out: a download straight to a file, an answer to what was posted.

`outbound` judges the address and bounds the time; here what went wrong is named in one sentence,
for somebody reads it who has to ring the other side. A redirect is never followed.
"""

from __future__ import annotations

import gzip
import http.client
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from aquacert.kernel.errors import Unavailable
from aquacert.kernel.outbound import CHUNK, NOT_MODIFIED, OK, asked

SECONDS = 120.0
"""Of a whole download."""
HEAD = 512
PAGE_BEGINS = (b"<!doctype html", b"<html")
LARGEST_ANSWER = 1 << 20
LONGEST_WAIT = 86_400
STATUS_WORDS: Mapping[int, str] = {
    401: "对方不认令牌（401），请核对令牌。",
    403: "对方不让取（403），请核对令牌和权限。",
    404: "对方那里没有这个文件（404），请核对地址。",
    410: "对方说这个文件已经撤掉（410），请核对地址。",
    429: "对方说取得太勤（429），过一会儿再取。",
    503: "对方暂时停用（503），过一会儿再取。",
}


class Turned(Unavailable):
    """The other side answered, and not with what was asked; `wait` is how long it asks for."""

    def __init__(self, sentence: str, *, status: int, wait: int = 0, detail: str = "") -> None:
        super().__init__(sentence, detail=detail)
        self.http_status = status
        self.wait = wait


@dataclass(frozen=True)
class Came:
    """What a download brought; `is_new` is false when nothing changed since the ETag or day."""

    is_new: bool
    size: int
    etag: str
    last_modified: str
    media_type: str


@dataclass(frozen=True)
class Reply:
    """What the other side answered to a body that was sent."""

    status: int
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The answer as a JSON object; empty for anything else."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def fetch_to(
    url: str,
    path: Path,
    *,
    limit: int,
    known: tuple[str, str] = ("", ""),
    token: str = "",
    allow_private: bool = False,
    seconds: float = SECONDS,
) -> Came:
    """Write what `url` answers to `path`, at most `limit` bytes; `known` is (ETag, Last-Modified).

    Raise `Invalid` for an address that may not be asked, `Unavailable` (`Turned` where it answered)
    in one sentence for everything else that keeps the whole file from coming.
    """
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    conditions = zip(("If-None-Match", "If-Modified-Since"), known, strict=True)
    headers |= {name: value for name, value in conditions if value}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with asked("GET", url, headers, None, allow_private, seconds) as (answer, ends):
        if answer.status == NOT_MODIFIED:
            return Came(False, 0, *known, "")
        must_be_ok(answer)
        size = _written(answer, path, limit, ends)
        etag, changed = (answer.headers.get(one, "")[:300] for one in ("ETag", "Last-Modified"))
        media_type = answer.headers.get_content_type()
    with path.open("rb") as file:
        begins = file.read(HEAD).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not size:
        raise Unavailable("对方给的文件是空的。", detail=url)
    if begins.startswith(PAGE_BEGINS):
        raise Unavailable("对方给的是网页，不是数据文件（多半是登录页或出错页）。", detail=url)
    return Came(True, size, etag, changed, media_type)


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool = False,
    seconds: float = 60.0,
) -> Reply:
    """POST a body and return what was answered, whatever its status; a redirect is refused.

    Raise `Invalid` for an address that may not be asked, `Unavailable` when no answer came.
    """
    with asked("POST", url, headers, body, allow_private, seconds) as (answer, ends):
        if answer.status // 100 == 3:
            raise _turned(answer)
        found = bytearray()
        while len(found) < LARGEST_ANSWER and (chunk := answer.read1(CHUNK)):
            found += chunk
            if monotonic() > ends:
                raise Unavailable("对方答得太慢，没有收完。", detail=url)
        return Reply(answer.status, bytes(found[:LARGEST_ANSWER]))


def unpacked(data: bytes, limit: int) -> bytes:
    """Return gzip's content, at most `limit` bytes; raise `ValueError` for more or for no gzip."""
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        try:
            found = file.read(limit + 1)
        except (OSError, EOFError) as error:
            raise ValueError(str(error)) from error
    if len(found) > limit:
        raise ValueError(limit)
    return found


def must_be_ok(answer: http.client.HTTPResponse) -> None:
    """Raise `Turned` unless the answer is 200."""
    if answer.status != OK:
        raise _turned(answer)


def _turned(answer: http.client.HTTPResponse) -> Turned:
    status = answer.status
    if status // 100 == 3:
        sentence = f"对方要转到别的地址（{status}），没有跟去；请核对后登记新地址。"
    elif status in STATUS_WORDS:
        sentence = STATUS_WORDS[status]
    elif status // 100 == 5:
        sentence = f"对方出了故障（{status}），过一会儿再取。"
    else:
        sentence = f"对方没有给出文件（{status}）。"
    asked_for = answer.headers.get("Retry-After", "")
    wait = int(asked_for) if asked_for.isascii() and asked_for.isdecimal() else 0
    return Turned(sentence, status=status, wait=min(wait, LONGEST_WAIT))


def _written(answer: http.client.HTTPResponse, path: Path, limit: int, ends: float) -> int:
    """Write the body piece by piece; raise `Unavailable` when it is too large, late or cut off."""
    told = answer.length
    large = (
        f"对方的文件超过 {limit >> 20} MB，没有收下。"
        if limit >> 20
        else "对方的文件太大，没有收下。"
    )
    if told is not None and told > limit:
        raise Unavailable(large, detail=str(told))
    size = 0
    with path.open("wb") as file:
        while chunk := _piece(answer, ends):
            size += len(chunk)
            if size > limit:
                raise Unavailable(large)
            file.write(chunk)
    if told is not None and size < told:
        raise Unavailable("传到一半断了，没有收下。", detail=f"{size} of {told}")
    return size


def _piece(answer: http.client.HTTPResponse, ends: float) -> bytes:
    slow = "对方传得太慢，没有收完。"
    try:
        chunk = answer.read1(CHUNK)
    except http.client.HTTPException as error:
        raise Unavailable("传到一半断了，没有收下。", detail=repr(error)) from error
    except OSError as error:
        sentence = slow if monotonic() >= ends - 1 else "传到一半断了，没有收下。"
        raise Unavailable(sentence, detail=repr(error)) from error
    if monotonic() > ends:
        raise Unavailable(slow)
    return chunk
