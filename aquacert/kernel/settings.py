"""Settings: one frozen typed value, read once from the environment; each has a usable default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from aquacert.kernel.errors import Misconfigured

DEMO_SECRET = "demo-secret-do-not-use"  # noqa: S105 (refused in production)
DEMO_PASSPHRASE = "demo-passphrase-do-not-use"  # noqa: S105 (refused in production)
MEBIBYTE = 1 << 20
SUITES = ("ES256", "SM2")
KEY_STORES = ("file", "pkcs11")
BEACONS = ("lottery", "drand")


@dataclass(frozen=True)
class Settings:
    """Everything an installation can set. Sizes in bytes, times in seconds unless named."""

    data_dir: Path = field(default_factory=lambda: Path("var"))
    database_url: str = ""
    public_url: str = "http://127.0.0.1:8000"
    port: int = 8000
    province: str = "32"
    """First two digits of this province in GB/T 2260; certificate numbers begin with it."""
    secret: str = field(default=DEMO_SECRET, repr=False)
    key_passphrase: str = field(default=DEMO_PASSPHRASE, repr=False)
    suite: str = "ES256"
    """Signing suite of new certificate and status keys: ES256 or SM2; old keys keep theirs."""
    key_store: str = "file"
    """Where new private keys are made: file, or pkcs11 for a token."""
    pkcs11_module: str = ""
    """Path of the PKCS#11 library, like /usr/lib/softhsm/libsofthsm2.so."""
    pkcs11_token: str = ""
    """Label of the token."""
    pkcs11_pin: str = field(default="", repr=False)
    is_production: bool = False
    is_demo: bool = True
    """Marks every page and document 演示样张·无效."""
    password_cost: int = 2
    """Argon2id passes; tests set 1."""
    page_cache_bytes: int = 64 * MEBIBYTE
    warm_pages: int = 0
    """Public pages each process makes beforehand after its start; `aquacert serve` sets 20,000."""
    upload_limit_bytes: int = 20 * MEBIBYTE
    session_hours: int = 12
    stock_confirm_days: int = 30
    """A base record older than this must be confirmed before declaring (a proposal, not law)."""
    clock_at: str = ""
    """RFC 3339 instant from which the demo's shifted clock runs; empty = the machine's clock."""
    workers: int = 1
    proxies: int = 0
    """Reverse proxies in front, each of which adds an address to X-Forwarded-For; 0 = the header is
    a stranger's word and not read."""
    allow_private_fetch: bool = False
    """Other provinces' lists may be fetched from private addresses and by http (tests only)."""
    draw_beacon: str = "lottery"
    """Public random value of the draw: lottery (typed by two persons) or drand (a file)."""
    tsa_url: str = ""
    """Timestamp authority (RFC 3161); empty = PDFs are signed without timestamps."""
    tsa_second_url: str = ""
    """Asked when the first gives nothing."""
    tsa_trust: Path | None = None
    """PEM file with the authorities' roots, intermediates and revocation lists."""

    tiles_url: str = ""
    """Map tiles of the province's own service, like https://host/{z}/{x}/{y}.png (Web Mercator,
    WGS-84 or CGCS2000); empty = pictures of zones have no base map."""
    tiles_attribution: str = ""
    """Whose map it is, shown beside it."""
    tiles_review: str = ""
    """The map's review number (审图号), shown beside it; no tiles without one."""

    @property
    def db_url(self) -> str:
        """The database address; by default a SQLite file in the data directory."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{self.data_dir.resolve() / 'aquacert.db'}"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read `AQUACERT_*` and `PORT`; raise `Misconfigured` naming the setting that is wrong."""
        env = os.environ if env is None else env
        port = _whole(env, "PORT", 8000)
        production = env.get("AQUACERT_ENV", "") == "production"
        settings = cls(
            data_dir=Path(env.get("AQUACERT_DATA_DIR", "var")),
            database_url=env.get("AQUACERT_DATABASE_URL", ""),
            public_url=env.get("AQUACERT_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
            port=port,
            province=env.get("AQUACERT_PROVINCE", "32"),
            secret=env.get("AQUACERT_SECRET", DEMO_SECRET),
            key_passphrase=env.get("AQUACERT_KEY_PASSPHRASE", DEMO_PASSPHRASE),
            suite=env.get("AQUACERT_SUITE", "ES256"),
            key_store=env.get("AQUACERT_KEY_STORE", "file"),
            pkcs11_module=env.get("AQUACERT_PKCS11_MODULE", ""),
            pkcs11_token=env.get("AQUACERT_PKCS11_TOKEN", ""),
            pkcs11_pin=env.get("AQUACERT_PKCS11_PIN", ""),
            is_production=production,
            is_demo=env.get("AQUACERT_DEMO", "0" if production else "1") == "1",
            password_cost=_whole(env, "AQUACERT_PASSWORD_COST", 2),
            page_cache_bytes=_whole(env, "AQUACERT_PAGE_CACHE_MB", 64) * MEBIBYTE,
            warm_pages=_whole(env, "AQUACERT_WARM_PAGES", 0),
            upload_limit_bytes=_whole(env, "AQUACERT_UPLOAD_MB", 20) * MEBIBYTE,
            session_hours=_whole(env, "AQUACERT_SESSION_HOURS", 12),
            stock_confirm_days=_whole(env, "AQUACERT_STOCK_CONFIRM_DAYS", 30),
            clock_at=env.get("AQUACERT_CLOCK_AT", ""),
            workers=_whole(env, "AQUACERT_WORKERS", 1),
            proxies=_whole(env, "AQUACERT_PROXIES", 0),
            allow_private_fetch=env.get("AQUACERT_FETCH_PRIVATE", "") == "1",
            draw_beacon=env.get("AQUACERT_DRAW_BEACON", "lottery"),
            tsa_url=env.get("AQUACERT_TSA_URL", ""),
            tsa_second_url=env.get("AQUACERT_TSA_URL_2", ""),
            tsa_trust=_path(env, "AQUACERT_TSA_TRUST"),
            tiles_url=env.get("AQUACERT_TILES_URL", ""),
            tiles_attribution=env.get("AQUACERT_TILES_ATTRIBUTION", ""),
            tiles_review=env.get("AQUACERT_TILES_REVIEW", ""),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse in production whatever only a demo may use; raise `Misconfigured`."""
        self._check_keys()
        self._check_tiles()
        if self.draw_beacon not in BEACONS:
            raise Misconfigured(
                f"AQUACERT_DRAW_BEACON 只能是 lottery 或 drand，现在是“{self.draw_beacon}”。"
            )
        if self.tsa_url and self.tsa_trust is None:
            raise Misconfigured(
                "设置了 AQUACERT_TSA_URL，还要用 AQUACERT_TSA_TRUST 指明它的根证书。"
            )
        if not self.is_production:
            return
        wrong = [
            name
            for name, bad in (
                ("AQUACERT_SECRET", self.secret == DEMO_SECRET or len(self.secret) < 32),
                ("AQUACERT_KEY_PASSPHRASE", self.key_passphrase == DEMO_PASSPHRASE),
                ("AQUACERT_PUBLIC_URL", not self.public_url.startswith("https://")),
                ("AQUACERT_DEMO", self.is_demo),
                ("AQUACERT_FETCH_PRIVATE", self.allow_private_fetch),
                ("AQUACERT_CLOCK_AT", bool(self.clock_at)),
                ("AQUACERT_PASSWORD_COST", self.password_cost < 2),
            )
            if bad
        ]
        if wrong:
            raise Misconfigured("生产环境要先设置：" + "、".join(wrong))

    def _check_tiles(self) -> None:
        """Refuse map tiles without a place for each number, or without a review number."""
        if not self.tiles_url:
            return
        parts = all(one in self.tiles_url for one in ("{z}", "{x}", "{y}"))
        if not parts or not self.tiles_url.startswith(("https://", "http://")):
            raise Misconfigured("AQUACERT_TILES_URL 要像 https://主机/{z}/{x}/{y}.png 这样写。")
        if not self.tiles_review or not self.tiles_attribution:
            raise Misconfigured(
                "设置了 AQUACERT_TILES_URL，还要写 AQUACERT_TILES_ATTRIBUTION（来源）"
                "和 AQUACERT_TILES_REVIEW（审图号）。"
            )

    def _check_keys(self) -> None:
        """Refuse a suite or a key store that is none, or that lacks what it needs."""
        if self.suite not in SUITES:
            raise Misconfigured(f"AQUACERT_SUITE 只能是 ES256 或 SM2，现在是“{self.suite}”。")
        if self.key_store not in KEY_STORES:
            raise Misconfigured(
                f"AQUACERT_KEY_STORE 只能是 file 或 pkcs11，现在是“{self.key_store}”。"
            )
        if self.key_store == "file":
            return
        needed = {
            "AQUACERT_PKCS11_MODULE": self.pkcs11_module,
            "AQUACERT_PKCS11_TOKEN": self.pkcs11_token,
            "AQUACERT_PKCS11_PIN": self.pkcs11_pin,
        }
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise Misconfigured("用签名设备要先设置：" + "、".join(missing))
        if self.suite == "SM2":
            raise Misconfigured(
                "PKCS#11 没有标准的 SM2 签名机制：AQUACERT_KEY_STORE=pkcs11 时只能用 ES256。"
            )


def _path(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]) if env.get(name) else None


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise Misconfigured(f"{name} 应该是整数，现在是“{text}”。") from None
