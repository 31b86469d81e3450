"""The QR code by which an authenticator app takes a seed: a data: image, never a stored file."""

import base64
import io

import qrcode

from aquacert.accounts.commands.second_factor import address_of


def code_picture(secret: str, username: str) -> str:
    """Return a data: address of the QR code (PNG) of a seed, four pixels a module."""
    made = qrcode.make(address_of(secret, username), box_size=4, border=4)
    buffer = io.BytesIO()
    made.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
