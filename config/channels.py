"""Channels, and a ledger on a server, with their secrets: ``${NAME}`` is read from the environment.

A secret appears in no error and no repr: errors name file, key, line and the variable only.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from config.files import Files
from config.models import ChannelEntry, WatchdogEntry
from config.reading import Document
from domain.errors import ConfigError
from domain.plan import ChannelSpec, Pace, Watchdog

FILE = "settings.yaml"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_INLINE = re.compile(r"(?:key|token|secret|password)=(?!\$\{)", re.IGNORECASE)
_LOGIN = re.compile(r"://[^/@\s:]*:(?!\$\{)[^/@\s]+@")
_SECRET = re.compile(r"(key|token|secret|password|webhook)\Z", re.IGNORECASE)
# Robots take 20 messages a minute (alerting.md section 6); two are kept for 红. Whatever rings is
# grouped; a screen, a file and a system of the office's own interrupt nobody and get every message
# (what such a system can take, only its owner knows). 阿里云 has no limit by the minute for notices
# but takes 50 a day for one phone: a digest each minute would use them up before noon, one each ten
# minutes leaves 黄, whose sign limit is 30, its time.
RINGS = Pace(digest_seconds=60)
_ROBOT = Pace(per_minute=20, reserve=2, digest_seconds=60)
USUAL = {
    "console": Pace(),
    "file": Pace(),
    "webhook": Pace(),
    "mail": RINGS,
    "aliyun_sms": replace(RINGS, digest_seconds=600),
    "wecom": _ROBOT,
    "dingtalk": _ROBOT,
    "feishu": replace(_ROBOT, per_minute=100),
    "wecom_app": replace(_ROBOT, per_minute=30),  # a 31st to one member is dropped
}


def variables(files: Files) -> frozenset[str]:
    """The environment variables that the channels of this load ask for."""
    options = [entry.options for entry in files.settings.channels.values()]
    return frozenset(
        name for one in options for value in one.values() for name in _VARIABLE.findall(value)
    )


def check_channels(files: Files, environ: Mapping[str, str]) -> Iterator[ConfigError]:
    """Variables that are not set (empty counts as not set), and secrets written in plain. The
    watchdog's variables are set where the watchdog is started."""
    yield from check_watchdog(files.documents[FILE], files.settings.watchdog, None)
    yield from check_ledger(files.documents[FILE], files.settings.ledger, environ)
    for name, entry in files.settings.channels.items():
        for option, value in entry.options.items():
            where = ("channels", name, "options", option)
            for reason in objections(option, value, environ):
                yield files.error(FILE, *where, reason=reason)
        pace = _pace(entry)
        if 0 < pace.per_minute < pace.reserve + pace.posts:
            reason = (
                f"除去留给红色的 {pace.reserve} 条，不够发一条最多拆成 {pace.posts} 条的通知，"
                "其他级别永远发不出去"
            )
            key = "reserve" if entry.reserve else "per_minute"
            yield files.error(FILE, "channels", name, key, reason=reason)


def check_watchdog(
    document: Document, entry: WatchdogEntry, environ: Mapping[str, str] | None
) -> Iterator[ConfigError]:
    """The same for the watchdog's mail; ``environ`` None: not to be used here."""
    for option, value in entry.mail.items():
        for reason in objections(option, value, environ):
            yield document.error(("watchdog", "mail", option), reason)


def check_ledger(
    document: Document, url: str | None, environ: Mapping[str, str]
) -> Iterator[ConfigError]:
    """The same for a ledger on a server."""
    if url is None:
        return
    for reason in objections("ledger", url, environ, instead="或去掉 ledger"):
        yield document.error(("ledger",), reason)


def build_watchdog(
    document: Document, entry: WatchdogEntry, ledger: str | None, environ: Mapping[str, str]
) -> Watchdog:
    """The watchdog with its secrets filled in; ``check_watchdog`` and ``check_ledger`` must have
    found nothing."""
    where = ("watchdog", "mail")
    lines = {key: document.lines[(*where, key)] for key in entry.mail}
    mail = ChannelSpec(
        name="watchdog", kind="mail", place=".".join(where),
        options={key: filled(value, environ) for key, value in entry.mail.items()},
        lines={"": document.lines.get(where, 1), **lines},
    )  # fmt: skip
    rules = entry.model_dump(exclude={"mail"})
    found = mail if entry.mail else None
    return Watchdog(**rules, mail=found, ledger=build_ledger(ledger, environ))


def objections(
    option: str,
    value: str,
    environ: Mapping[str, str] | None,
    *,
    instead: str = "或去掉这个渠道",
) -> Iterator[str]:
    """What is wrong with one value that may hold variables or be a secret; ``environ`` None: not
    to be used here."""
    asked = _VARIABLE.findall(value)
    for variable in asked:
        if environ is not None and not environ.get(variable):
            yield f"环境变量 {variable} 没有设置；请先设置它，{instead}"
    if "${" in _VARIABLE.sub("", value):
        yield "环境变量应写成 ${NAME}，NAME 只用字母、数字和下划线"
    elif any(shape.search(value) for shape in (_INLINE, _LOGIN)) or (
        _SECRET.search(option) and not asked
    ):
        yield "密钥不能写在文件里；请写成 ${环境变量名}，再设置这个环境变量"


def build_channels(files: Files, environ: Mapping[str, str]) -> dict[str, ChannelSpec]:
    """The channels with their options filled in; ``check_channels`` must have found nothing."""
    return {
        name: ChannelSpec(
            name=name,
            kind=entry.kind,
            pace=_pace(entry),
            options={key: filled(value, environ) for key, value in entry.options.items()},
            lines=_lines(files, name, entry.options),
        )
        for name, entry in files.settings.channels.items()
    }


def build_ledger(url: str | None, environ: Mapping[str, str]) -> str:
    """The URL with its variables filled in; a password may hold any sign. "" for None."""
    if url is None or _VARIABLE.fullmatch(url):
        return filled(url or "", environ)
    return _VARIABLE.sub(lambda found: quote(environ[found[1]], safe=""), url)


def _lines(files: Files, name: str, options: Mapping[str, str]) -> dict[str, int]:
    where = ("channels", name, "options")
    found = {key: files.line(FILE, *where, key) for key in options}
    return {"": files.line(FILE, "channels", name), **found}


def _pace(entry: ChannelEntry) -> Pace:
    """What is not written is as usual for the kind."""
    usual = USUAL.get(entry.kind, RINGS)
    given = {
        name: getattr(entry, name)
        for name in ("per_minute", "reserve", "digest_seconds")
        if getattr(entry, name) is not None
    }
    parts = entry.options.get("parts", "")  # whether it is a number, the channel says
    pace = replace(usual, posts=int(parts) if parts.isdecimal() else 1, **given)
    if pace.per_minute and entry.reserve is not None:
        return pace
    return replace(pace, reserve=max(0, min(pace.reserve, pace.per_minute - pace.posts)))


def filled(value: str, environ: Mapping[str, str]) -> str:
    """The value with its variables read."""
    return _VARIABLE.sub(lambda found: environ[found[1]], value)
