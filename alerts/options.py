"""Reading a channel's options: wrong ones are refused by name, and no value is ever shown.

An option nobody reads is refused too: a mistyped ``reed_timeout`` would otherwise do nothing.
"""

import re
import ssl
from pathlib import Path

from domain.errors import ConfigError, NotConfigured
from domain.plan import ChannelSpec

# With the lease of 45 s, connect and read together must not take longer than that.
_LONGEST_SECONDS = 15.0


def wrong(spec: ChannelSpec, key: str, reason: str) -> ConfigError:
    """The error for one option; ``reason`` must not quote the value, it may be a secret."""
    place = spec.place or f"channels.{spec.name}.options"
    return ConfigError(
        file="settings.yaml", key=f"{place}.{key}", reason=reason,
        line=spec.lines.get(key, spec.lines.get("")),
    )  # fmt: skip


def only(spec: ChannelSpec, *known: str) -> None:
    """Raises ConfigError for an option that is not among ``known``."""
    for key in spec.options:
        if key not in known:
            raise wrong(spec, key, f"没有这个选项；现有：{'、'.join(known)}")


def seconds(spec: ChannelSpec, key: str, default: float) -> float:
    """A time-out in seconds, above 0 and at most 15. Raises ConfigError."""
    try:
        value = float(spec.options.get(key, default))
    except ValueError:
        value = 0.0
    if not 0.0 < value <= _LONGEST_SECONDS:
        raise wrong(spec, key, "要是 0 到 15 之间的秒数")
    return value


def needed(spec: ChannelSpec, key: str, what: str) -> str:
    """The option that switches the channel on. Raises NotConfigured without it."""
    value = spec.options.get(key, "").strip()
    if not value:
        raise NotConfigured(f"渠道 {spec.name}（{what}）没有配置 {key}，未启用")
    return value


def present(spec: ChannelSpec, key: str) -> str:
    """An option that must be there. Raises ConfigError without it."""
    value = spec.options.get(key, "").strip()
    if not value:
        raise wrong(spec, key, "缺少这个选项")
    return value


def choice(spec: ChannelSpec, key: str, allowed: tuple[str, ...], default: str) -> str:
    """One of the allowed words. Raises ConfigError."""
    value = spec.options.get(key, default)
    if value not in allowed:
        raise wrong(spec, key, f"只能是 {'、'.join(allowed)}")
    return value


def number(spec: ChannelSpec, key: str, default: int, *, most: int) -> int:
    """A whole number from 1 to ``most``. Raises ConfigError."""
    value = spec.options.get(key, str(default))
    if not (value.isascii() and value.isdigit() and 0 < int(value[:6]) <= most):
        raise wrong(spec, key, f"要是 1 到 {most} 的整数")
    return int(value)


def listed(
    spec: ChannelSpec, key: str, shape: re.Pattern[str], *, most: int, separator: str = ","
) -> tuple[str, ...]:
    """The words of a list such as ``a, b``, each of the given shape; () without any. Raises
    ConfigError."""
    given = spec.options.get(key, "").split(separator)
    words = tuple(dict.fromkeys(word.strip() for word in given if word.strip()))
    if len(words) > most or not all(shape.fullmatch(word) for word in words):
        raise wrong(spec, key, f"要是用 {separator} 隔开的名单，至多 {most} 个")
    return words


def filled(spec: ChannelSpec, key: str, shape: re.Pattern[str], *, most: int) -> tuple[str, ...]:
    """As ``listed``, but never empty."""
    present(spec, key)
    return listed(spec, key, shape, most=most)


def trusted(spec: ChannelSpec, home: Path) -> ssl.SSLContext:
    """Whose certificates count: those of ``ca_file`` (relative to TINGXUE_HOME, or absolute), else
    the machine's own. Raises ConfigError."""
    ca_file = spec.options.get("ca_file")
    try:
        return ssl.create_default_context(cafile=str(home / ca_file) if ca_file else None)
    except OSError as error:
        raise wrong(spec, "ca_file", f"证书文件不能用（{type(error).__name__}）") from error
