"""Files that a department sends with a reply: what is taken, and what is known of each.

The file itself lies under its random name in the home (``tingxue.attachments``); its SHA-256 stands
in the event of the reply, so that the chain covers it.
"""

from dataclasses import dataclass

from domain.privacy import mask

MOST_FILES = 5
MOST_BYTES = 10 * 1024 * 1024
_LONGEST_NAME = 80
_UNSAFE = frozenset('/\\:*?"<>|%')
TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Kind -> media type. Each is known by its content, whatever its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file. name: as people see it, with the ending of its kind. size: bytes. sha256: hex."""

    attachment_id: str
    name: str
    kind: str
    size: int
    sha256: str

    def said(self) -> dict[str, object]:
        """What the event keeps for ever: everything but the name, which a person has typed."""
        return {
            "id": self.attachment_id,
            "kind": self.kind,
            "size": self.size,
            "sha256": self.sha256,
        }


def shown_name(given: str, kind: str) -> str:
    """The sender's name for a file, without folders and personal data, ending as its kind does."""
    last = given.replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    plain = "".join("_" if c in _UNSAFE or not c.isprintable() else c for c in mask(stem))
    return f"{plain.strip(' .')[:_LONGEST_NAME] or '附件'}.{kind}"
