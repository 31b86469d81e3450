"""The one blueprint that every door of accounts hangs on."""

from flask import Blueprint

bp = Blueprint("accounts", "aquacert.accounts.views", url_prefix="/accounts")
