"""The checks of sources.yaml: what a mode needs before a source may be switched on.

A source that is off may be half filled in: it is what an office is preparing.
"""

from collections.abc import Iterator

from config.files import Files
from config.models import SourceEntry
from domain.collection import BY_MACHINE, RAISED
from domain.errors import ConfigError
from domain.types import Mode

FILE = "sources.yaml"
LEAST_PAUSE = 3.0
"""Seconds between two pages that a program opens in a window: never less, whoever goes ahead."""

_FORM = "docs/采集合规评估.md"
_MISSING = "缺少这一项"


def check_sources(files: Files) -> Iterator[ConfigError]:
    """Everything wrong among sources, accounts and assessments."""
    entries = files.sources.sources
    yield from files.repeated(FILE, "sources", "name", [entry.name for entry in entries])
    yield from _accounts(files)
    for section, codes in (
        ("assessments", files.sources.assessments), ("ours", files.sources.ours),
    ):  # fmt: skip
        for code in codes:
            if code not in files.sources.platforms:
                yield files.error(FILE, section, code, reason=_no_platform(code))
    for place, entry in enumerate(entries):
        yield from _source(files, place, entry)
        if entry.mode in BY_MACHINE:
            yield from _paced(files, place, entry)
        if entry.enabled and entry.mode in RAISED:
            yield from _answered_for(files, place, entry)


def _no_platform(code: str) -> str:
    return f"platforms 里没有「{code}」这个平台"


def _accounts(files: Files) -> Iterator[ConfigError]:
    entries = files.sources.accounts
    yield from files.repeated(FILE, "accounts", "name", [entry.name for entry in entries])
    for place, entry in enumerate(entries):
        if entry.platform not in files.sources.platforms:
            yield files.error(
                FILE, "accounts", place, "platform", reason=_no_platform(entry.platform)
            )
        if entry.owner == "person":
            reason = "不得用个人的账号采集；请用单位注册的账号，写 office，或删去这一条"
            yield files.error(FILE, "accounts", place, "owner", reason=reason)


def _source(files: Files, place: int, entry: SourceEntry) -> Iterator[ConfigError]:
    if entry.platform not in files.sources.platforms:
        reason = _no_platform(entry.platform)
        yield files.error(FILE, "sources", place, "platform", reason=reason)
    for key, value in entry.options.items():
        if "${" in value:
            reason = "来源的选项不读环境变量；密钥只能用在 settings.yaml 的 channels 里"
            yield files.error(FILE, "sources", place, "options", key, reason=reason)
    if entry.mode is Mode.IMPORT:
        reason = "靠人导入的平台写在 imports 里；这里只写 open、own、assisted、automatic"
        yield files.error(FILE, "sources", place, "mode", reason=reason)


def _paced(files: Files, place: int, entry: SourceEntry) -> Iterator[ConfigError]:
    """A program that begins by itself must know how often and how fast."""
    if entry.every_minutes is None:
        yield files.error(FILE, "sources", place, "every_minutes", reason=_MISSING)
    if entry.mode is Mode.OPEN and entry.delay_seconds is None:
        yield files.error(FILE, "sources", place, "delay_seconds", reason=_MISSING)


def _answered_for(files: Files, place: int, entry: SourceEntry) -> Iterator[ConfigError]:
    """Raised above ``open``: an account of the office, the assessment's answers, a go-ahead."""
    yield from _account_of(files, place, entry)
    if entry.platform not in files.sources.assessments:
        reason = (
            f"启用 {entry.mode} 之前要先做采集合规评估：照 {_FORM} 逐项回答，"
            f"写进本文件的 assessments.{entry.platform}"
        )
        yield files.error(FILE, "sources", place, "mode", reason=reason)
    if entry.mode is Mode.AUTOMATIC:
        yield from _automatic(files, place, entry)


def _account_of(files: Files, place: int, entry: SourceEntry) -> Iterator[ConfigError]:
    platforms = {account.name: account.platform for account in files.sources.accounts}
    if entry.account is None:
        reason = f"{entry.mode} 要用单位自己的账号：先写进 accounts，再在这里写它的 name"
        yield files.error(FILE, "sources", place, "account", reason=reason)
    elif entry.account not in platforms:
        reason = f"accounts 里没有「{entry.account}」这个账号"
        yield files.error(FILE, "sources", place, "account", reason=reason)
    elif platforms[entry.account] != entry.platform:
        theirs = platforms[entry.account]
        reason = f"「{entry.account}」是 {theirs} 的账号，不是 {entry.platform} 的"
        yield files.error(FILE, "sources", place, "account", reason=reason)


def _automatic(files: Files, place: int, entry: SourceEntry) -> Iterator[ConfigError]:
    if entry.go_ahead is None:
        reason = "自动采集要有人批准：写明 by 谁、on 哪天、basis 依据、assessed 哪份评估"
        yield files.error(FILE, "sources", place, "go_ahead", reason=reason)
    if entry.daily_cap is None:
        reason = "自动采集要写一天最多打开几页，例如 60"
        yield files.error(FILE, "sources", place, "daily_cap", reason=reason)
    if entry.pause_seconds is None:
        reason = "自动采集要写两页之间至少、至多停几秒，例如 [8, 30]"
        yield files.error(FILE, "sources", place, "pause_seconds", reason=reason)
    elif not LEAST_PAUSE <= entry.pause_seconds[0] <= entry.pause_seconds[1]:
        reason = f"应先写少的后写多的，而且不少于 {LEAST_PAUSE:g} 秒，例如 [8, 30]"
        yield files.error(FILE, "sources", place, "pause_seconds", reason=reason)
