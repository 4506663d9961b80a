"""What a file is, by its content: one of the five kinds that a reply may carry, or nothing.

Word and Excel files are zip archives: only their list of names is read, bounded, and nothing is
ever unpacked.
"""

import zipfile
from pathlib import Path

_MAGIC = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"%PDF-": "pdf"}
_ZIP = b"PK\x03\x04"
_END, _END_BYTES, _COMMENT = b"PK\x05\x06", 22, 65_535
_END64 = b"PK\x06\x07"
_MOST_NAMES, _MOST_LIST_BYTES = 5_000, 1024 * 1024
_MAIN = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_TYPES = "[Content_Types].xml"
_MACROS = "vbaproject.bin"


def kind_of(path: Path) -> str | None:
    """``jpg``, ``png``, ``pdf``, ``docx``, ``xlsx``; None for anything else."""
    with path.open("rb") as file:
        head = file.read(8)
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    return _office(path) if head.startswith(_ZIP) else None


def _office(path: Path) -> str | None:
    if not _list_is_small(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return None
    names = {one.filename for one in infos}
    encrypted = any(one.flag_bits & 1 for one in infos)
    if encrypted or _TYPES not in names or any(_MACROS in name.lower() for name in names):
        return None
    kinds = [kind for name, kind in _MAIN.items() if name in names]
    return kinds[0] if len(kinds) == 1 else None


def _list_is_small(path: Path) -> bool:
    """Whether the list of names may be read into memory; a zip64 archive is never that small."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END_BYTES - _COMMENT - 20))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES or _END64 in tail[max(0, at - 20) : at]:
        return False
    names = int.from_bytes(tail[at + 10 : at + 12], "little")
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    return names <= _MOST_NAMES and length <= _MOST_LIST_BYTES
