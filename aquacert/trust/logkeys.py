"""The keys that sign notes: the log's own, and a witness's. Files in the key ring's folder.

`log.pem` and `witness.pem` are PKCS#8, encrypted under the ring's passphrase, mode 0600; beside
each lies `….vkey`, the public line that strangers configure. A log's name is its origin and never
changes: it is taken from the address at the first start and read from the file ever after.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from aquacert.kernel.errors import Unavailable
from aquacert.trust.atomic import write_whole
from aquacert.trust.notes import Kind, NoteKey, NoteSigner

STEMS = {Kind.ED25519: "log", Kind.COSIGNATURE: "witness"}


class NoteKeys:
    """The note keys of one installation; another process's new key is seen when asked again."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self._folder = folder
        self._passphrase = passphrase.encode()
        self._signers: dict[Kind, NoteSigner] = {}

    def key(self, kind: Kind = Kind.ED25519) -> NoteKey | None:
        """Return the public key of this kind, or None when none was made yet."""
        try:
            text = (self._folder / f"{STEMS[kind]}.vkey").read_text("utf-8")
        except FileNotFoundError:
            return None
        return NoteKey.read(text)

    def signer(self, name: str, kind: Kind = Kind.ED25519) -> NoteSigner:
        """Return the signer of this kind, made under `name` when there is none yet.

        Raises `Unavailable` when the file does not open or holds another key than its public line.
        """
        if kind not in self._signers:
            if self.key(kind) is None:
                self._make(name, kind)
            self._signers[kind] = self._open(kind)
        return self._signers[kind]

    def _make(self, name: str, kind: Kind) -> None:
        """Make a key; of two processes that make one at once, the first to link it wins."""
        private = Ed25519PrivateKey.generate()
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._passphrase),
        )
        fresh = self._folder / f".{STEMS[kind]}.{os.getpid()}.pem"
        write_whole(fresh, pem)
        try:
            os.link(fresh, self._folder / f"{STEMS[kind]}.pem")
        except FileExistsError:
            private = self._private(kind)
        finally:
            fresh.unlink()
        # The public line follows from the private file, so it may be written again by anybody.
        line = f"{NoteSigner(name, private, kind).key}\n"
        write_whole(self._folder / f"{STEMS[kind]}.vkey", line.encode())

    def _open(self, kind: Kind) -> NoteSigner:
        public = self.key(kind)
        if public is None:
            raise Unavailable("日志的公钥文件读不到。", detail=STEMS[kind])
        signer = NoteSigner(public.name, self._private(kind), kind)
        if signer.key != public:
            raise Unavailable("日志的密钥文件里是另一把密钥。", detail=str(public))
        return signer

    def _private(self, kind: Kind) -> Ed25519PrivateKey:
        try:
            pem = (self._folder / f"{STEMS[kind]}.pem").read_bytes()
            private = serialization.load_pem_private_key(pem, self._passphrase)
        except (OSError, ValueError, TypeError) as error:
            raise Unavailable(
                "日志的签名密钥打不开：文件不在，或口令不对。", detail=repr(error)
            ) from None
        if not isinstance(private, Ed25519PrivateKey):
            raise Unavailable("日志的签名密钥不是 Ed25519 密钥。", detail=STEMS[kind])
        return private
