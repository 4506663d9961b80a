"""An archive of a season and what it says of itself: ``season.json`` and ``SHA256SUMS``.

The folder is a home that is only read: the ledger, config, papers and files of replies, no key, no
index, no browser profile. The end of its audit chain stands here and in the ledger that follows.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from domain.errors import InputError, LedgerError
from ledger import snapshots
from ledger.chains import Looked
from ledger.sealed import open_sealed
from ledger.snapshots import Contents
from tingxue import archive, disk
from tingxue.archive import Entry
from tingxue.home import SEASON_CARD, Home

SUMS = "SHA256SUMS"
FOLDERS = ("config", "reports", "attachments")
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """open_cases: those that were not over; rows: by table, as the ledger had them; dropped: how
    many unmasked originals were left out; files: all but this card and the list of sums."""

    season: str
    closed_at: datetime
    closed_by: str
    program: str
    ledger: Contents
    rows: Mapping[str, int]
    dropped: int
    open_cases: tuple[str, ...]
    files: tuple[Entry, ...]


def files_of(folder: Path) -> Iterator[Path]:
    """Everything in an archive that does not change."""
    yield folder / archive.LEDGER
    for name in FOLDERS:
        yield from (path for path in sorted((folder / name).rglob("*")) if path.is_file())


def write(folder: Path, card: Card) -> None:
    """The card, and the sums in the form that ``sha256sum -c`` reads; brought to the disk."""
    said = {"format": _FORMAT, **asdict(card)}
    text = json.dumps(said, ensure_ascii=False, indent=1, default=str)
    disk.write(folder / SEASON_CARD, text.encode(), mode=0o400)
    own = archive.entry(SEASON_CARD, folder / SEASON_CARD)
    sums = "".join(f"{one.sha256}  {one.path}\n" for one in (*card.files, own))
    disk.write(folder / SUMS, sums.encode(), mode=0o400)
    disk.sync_folder(folder)


def read(folder: Path) -> Card:
    """What an archive says of itself. Raises InputError."""
    try:
        said = json.loads((folder / SEASON_CARD).read_text("utf-8"))
        if said.pop("format") != _FORMAT:
            raise InputError(f"{folder.name} 由更新版本的程序归档；请用新版本打开")
        return Card(**said | {
            "closed_at": datetime.fromisoformat(said["closed_at"]),
            "ledger": Contents(**said["ledger"]), "open_cases": tuple(said["open_cases"]),
            "files": tuple(Entry(**one) for one in said["files"]),
        })  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{folder} 不是雪季的归档，或者 {SEASON_CARD} 已损坏") from error


def every(home: Home) -> list[Path]:
    """The finished archives of a home, the oldest first."""
    found = [
        path.parent for path in home.seasons.glob(f"*/{SEASON_CARD}") if path.parts[-2][0] != "."
    ]
    return sorted(found, key=lambda folder: read(folder).closed_at)


def verify(folder: Path, now: datetime) -> tuple[Card, Looked]:
    """Every file against its sum, what the ledger holds, and every chain in it to its end. Raises
    InputError or LedgerError, naming what is wrong."""
    card = read(folder)
    there = {path.relative_to(folder).as_posix() for path in files_of(folder) if path.exists()}
    listed = {one.path: one for one in card.files}
    strange = sorted(there ^ set(listed))
    if strange:
        raise InputError(f"归档 {card.season} 与清单不符：{strange[0]} 多出或缺少；请换一份副本")
    for path, one in listed.items():
        if archive.entry(path, folder / path) != one:
            raise InputError(f"归档 {card.season} 的 {path} 与校验值不符，被改动过；请换一份副本")
    own = archive.entry(SEASON_CARD, folder / SEASON_CARD)
    if f"{own.sha256}  {own.path}" not in (folder / SUMS).read_text("utf-8").splitlines():
        raise InputError(f"归档 {card.season} 的 {SEASON_CARD} 与校验值不符，被改动过")
    return card, _chains(folder, card, now)


def _chains(folder: Path, card: Card, now: datetime) -> Looked:
    if snapshots.contents(folder / archive.LEDGER) != card.ledger:
        raise LedgerError(f"归档 {card.season} 的台账与清单所说的不符；请换一份副本")
    looked = Looked()
    reading = folder / "reading"
    with closing(
        open_sealed(folder / archive.LEDGER, why=card.season, reading=reading, now=now)
    ) as ledger, ledger.read() as books:  # fmt: skip
        broken = next(books.chains.breaks(looked), None)
    if broken is not None:
        where = f"案件 {broken.case_id}" if broken.case_id else "审计"
        raise LedgerError(f"归档 {card.season} 的{where}第 {broken.no} 条与校验链不符")
    return looked
