"""Work with a heavy library in a process of its own: its memory goes back when the work is done.

A worker that once imported pandas holds 60 MB more for the rest of its life. Here the maker runs
as `python -m aquacert.kernel.aside module:function`, reads its arguments as JSON from standard
input and writes bytes to standard output.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from aquacert.kernel.errors import Unavailable

LONGEST = 60
"""Seconds that a maker may take."""
ROOT = Path(__file__).parents[2]


def aside(maker: str, *given: Any) -> bytes:  # noqa: ANN401 (whatever JSON can say)
    """Return what `maker` ("module:function") makes of `given`; all of it must be JSON.

    Raises `Unavailable` when the process fails or takes longer than a minute.
    """
    command = [sys.executable, "-m", "aquacert.kernel.aside", maker]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(given).encode(),
            capture_output=True,
            check=True,
            cwd=ROOT,
            timeout=LONGEST,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = error.stderr.decode("utf-8", "replace")[-2000:] if error.stderr else repr(error)
        raise Unavailable("文件没有做成，请过一会儿再试。", detail=said) from error
    return done.stdout


def main() -> None:
    """Make what the command line names out of what standard input gives."""
    module, _, function = sys.argv[1].partition(":")
    made = getattr(import_module(module), function)(*json.load(sys.stdin.buffer))
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
