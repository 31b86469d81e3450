"""Issuing: the one way a certificate comes to be, and what clears up after a crash."""

from aquacert.certificates.issuing.commands.issue import issue
from aquacert.certificates.issuing.commands.many import digest_of_all, issue_many
from aquacert.certificates.issuing.commands.render import render
from aquacert.certificates.issuing.commands.resume import Resumed, resume

__all__ = ["Resumed", "digest_of_all", "issue", "issue_many", "render", "resume"]
