"""The one folder that holds everything a run keeps, and the secrets in it.

``TINGXUE_HOME`` names it; without that it is ``var`` in the project's folder, whatever the
working directory. Mode 0700. A home is real or drill for ever: the file ``演练`` marks a drill.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.errors import LedgerError, NotConfigured
from domain.identity import AuthorKey, Pseudonym, season_of
from domain.times import Clock

LEDGER = "TINGXUE_LEDGER"
SEASON_CARD = "season.json"
"""What makes a folder the archive of a season (``tingxue.season``)."""
_PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Home:
    """Paths under one folder; nothing is written outside it."""

    path: Path

    @property
    def ledger_url(self) -> str:
        """Where the ledger is, as SQLAlchemy names it."""
        return f"sqlite:///{self.ledger}"

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.path / "ledger.db"

    @property
    def index(self) -> Path:
        """The embedded search index."""
        return self.path / "index.db"

    @property
    def config(self) -> Path:
        """The office's own config files; each replaces the shipped one of the same name."""
        return self.path / "config"

    @property
    def backups(self) -> Path:
        """Copies of the ledger from before a change of schema."""
        return self.path / "backups"

    @property
    def cache(self) -> Path:
        """Fetched pages, so that a rerun does not fetch them again."""
        return self.path / "cache"

    def profile(self, platform: str) -> Path:
        """The browser profile in which a person has logged in the office's account there: it holds
        the session, so 0700, and in no backup."""
        return self.path / "profiles" / platform

    @property
    def reports(self) -> Path:
        """Finished papers."""
        return self.path / "reports"

    @property
    def attachments(self) -> Path:
        """Files that came with replies, under random names."""
        return self.path / "attachments"

    @property
    def pictures(self) -> Path:
        """Screenshots of pages, unmasked: 0700, and in no backup."""
        return self.path / "pictures"

    @property
    def heartbeat(self) -> Path:
        """The sign of life of ``tingxue watch``."""
        return self.path / "heartbeat.json"

    @property
    def watchdog(self) -> Path:
        """What the watchdog has said so far."""
        return self.path / "watchdog.json"

    @property
    def drill(self) -> bool:
        """Whether everything here is a drill."""
        return (self.path / "演练").exists()

    @property
    def sealed(self) -> bool:
        """Whether this is the archive of a season: to be read only."""
        return (self.path / SEASON_CARD).exists()

    @property
    def seasons(self) -> Path:
        """Archives of seasons that were closed."""
        return self.path / "seasons"

    def mark_drill(self) -> None:
        """Make this a drill home; only before anything is written into it."""
        if (self.path / "ledger.db").exists() and not self.drill:
            raise LedgerError(f"{self.path} 已有正式台账，不能改作演练")
        (self.path / "演练").touch(mode=0o600)


def open_home(environ: Mapping[str, str]) -> Home:
    """The home that the environment names, made if need be. Raises LedgerError when it cannot."""
    return home_at(named_home(environ).path)


def named_home(environ: Mapping[str, str]) -> Home:
    """The home that the environment names, whether it is there or not. Raises LedgerError when it
    names none and this is no clone of the project."""
    named = environ.get("TINGXUE_HOME", "")
    if not named and not (_PROJECT / "pyproject.toml").exists():
        raise LedgerError("请设置环境变量 TINGXUE_HOME，指明数据存放的文件夹")
    return Home(Path(named).expanduser() if named else _PROJECT / "var")


def home_at(path: Path) -> Home:
    """The home at this path, readable by its owner only."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise LedgerError(f"数据文件夹 {path} 不能使用：{error.strerror}；请检查权限") from error
    return Home(path.resolve())


def ledger_url(home: Home, named: str, environ: Mapping[str, str]) -> str:
    """Where the ledger is: what the environment says, else what the config has ``named``, else a
    file in the home. With the password, so for no log. Raises NotConfigured."""
    url = environ.get(LEDGER) or named
    return server_url(url) if url else home.ledger_url


def server_url(url: str) -> str:
    """The same with our driver. Raises NotConfigured for what names no PostgreSQL."""
    scheme, _, rest = url.partition("://")
    if scheme not in ("postgresql", "postgresql+psycopg") or not rest:
        raise NotConfigured("台账的地址应以 postgresql:// 开头；不写则是数据文件夹里的一个文件")
    return f"postgresql+psycopg://{rest}"


def pseudonyms(home: Home, clock: Clock) -> Pseudonym:
    """(platform, account) -> author_ref under this season's key, which is made when first needed.

    A lost key only means that authors of before and after no longer compare.
    """

    def pseudonym(platform: str, account: str) -> str | None:
        return _key(home, clock()).pseudonym(platform, account)

    return pseudonym


_KEYS: dict[tuple[Path, str], AuthorKey] = {}


def _key(home: Home, now: datetime) -> AuthorKey:
    season = season_of(now)
    known = _KEYS.get((home.path, season))
    if known is None:
        known = AuthorKey(season, bytes.fromhex(kept_secret(home.path / "author-keys", season)))
        _KEYS[(home.path, season)] = known
    return known


def kept_secret(folder: Path, name: str) -> str:
    """The stored secret of this name, 64 hex digits, made when first asked for; two processes that
    start together agree on one."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.json"
    if not path.exists():
        draft = folder / f".{name}.{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({"season": name, "key": secrets.token_hex(32)}))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # the other process was first: its key counts
        finally:
            draft.unlink()
    return str(json.loads(path.read_text())["key"])
