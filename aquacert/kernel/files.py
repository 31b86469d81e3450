"""Files: written, fsynced, renamed, then the row commits. Each has an owner row that gates reading.

Content is addressed by its SHA-256, so the same bytes are kept once and a torn write is never seen
under its final name.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base
from aquacert.kernel.errors import Unavailable


class StoredFile(Base):
    """A file's row: what it is and which row owns it."""

    __tablename__ = "files"
    __table_args__ = (Index("ix_files_owner", "owner_kind", "owner_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    media_type: Mapped[str]
    name: Mapped[str]
    owner_kind: Mapped[str]
    owner_id: Mapped[UUID]
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    """When its owner took it away again: the row stays, the bytes too, pages show it no more."""
    withdrawn_by_id: Mapped[UUID | None]
    """Who took it away (no foreign key: files belong to no room)."""


class FileStore:
    """Bytes by their SHA-256 under one directory."""

    def __init__(self, folder: Path) -> None:
        # A relative path would be read from elsewhere by who hands files out (Flask's root).
        self.folder = folder.resolve()

    def put(self, data: bytes) -> str:
        """Store `data` durably and return its SHA-256 (hex); raise `Unavailable` on a full disk."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if path.exists():
            return digest
        try:
            self._write(path, data)
        except OSError as error:
            raise Unavailable("文件没能存下来，请稍后再试。", detail=str(error)) from error
        return digest

    def put_path(self, source: Path) -> tuple[str, int]:
        """Store a file on disk piece by piece and return its SHA-256 (hex) and size in bytes.

        For files too large to be whole in memory; raise `Unavailable` on a full disk.
        """
        try:
            with source.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            path = self.path(digest)
            if not path.exists():
                self._copy(source, path)
            return digest, path.stat().st_size
        except OSError as error:
            raise Unavailable("文件没能存下来，请稍后再试。", detail=str(error)) from error

    def get(self, digest: str) -> bytes:
        """Return the bytes; raise `Unavailable` if they are missing or were changed."""
        try:
            data = self.path(digest).read_bytes()
        except OSError as error:
            raise Unavailable("文件暂时取不到。", detail=str(error)) from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise Unavailable("文件内容与登记不符，已停止使用。", detail=digest)
        return data

    def forget(self, digest: str) -> None:
        """Take bytes away that no row names any more: they held what may not be kept."""
        try:
            self.path(digest).unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable("文件没能删掉，请稍后再试。", detail=str(error)) from error

    def path(self, digest: str) -> Path:
        """Return where a digest's bytes lie."""
        return self.folder / digest[:2] / digest

    @classmethod
    def _write(cls, path: Path, data: bytes) -> None:
        cls._keep(path, io.BytesIO(data))

    @classmethod
    def _copy(cls, source: Path, path: Path) -> None:
        with source.open("rb") as read:
            cls._keep(path, read)

    @staticmethod
    def _keep(path: Path, read: IO[bytes]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(read, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
