"""What the doctor says: one line each, with what to do when something is not well."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line: what was looked at, whether it is well, and what to do when it is not.

    state: "ok", "note" (worth knowing) or "trouble" (exit 1).
    """

    subject: str
    state: str
    text: str


def ok(subject: str, text: str) -> Finding:
    """All is well."""
    return Finding(subject=subject, state="ok", text=text)


def note(subject: str, text: str) -> Finding:
    """Worth knowing."""
    return Finding(subject=subject, state="note", text=text)


def bad(subject: str, text: str) -> Finding:
    """Something must be done."""
    return Finding(subject=subject, state="trouble", text=text)
