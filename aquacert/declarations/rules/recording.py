"""What a recorded call may be: a sound file by its first bytes, of a size that fits a call."""

from __future__ import annotations

from aquacert.kernel.errors import Invalid

MOST_BYTES = 15 << 20
NO_SOUND = "这不是录音文件。请传 MP3、M4A、WAV、OGG 或 AMR。"


def read_recording(data: bytes, name: str) -> tuple[str, str]:
    """Return media type and file ending by the content; the given name is not trusted.

    Raises `Invalid` on `recording` for anything that is not a sound file.
    """
    del name
    if not data:
        raise Invalid("录音文件是空的。", recording="文件是空的，请重新选一个。")
    if len(data) > MOST_BYTES:
        raise Invalid("录音文件太大。", recording=f"文件太大，最大 {MOST_BYTES >> 20} MB。")
    head = data[:16]
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav", ".wav"
    if head[:3] == b"ID3" or (head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "audio/mpeg", ".mp3"
    if head[4:8] == b"ftyp" and head[8:11] in {b"M4A", b"M4B", b"mp4", b"iso", b"3gp"}:
        return "audio/mp4", ".m4a"
    if head[:4] == b"OggS":
        return "audio/ogg", ".ogg"
    if head[:5] == b"#!AMR":
        return "audio/amr", ".amr"
    raise Invalid("不是录音文件。", recording=NO_SOUND)
