"""Reading a channel's options: wrong ones are refused by name, and no value is ever shown.

An option nobody reads is refused too: a mistyped ``reed_timeout`` would otherwise do nothing.
"""

from domain.errors import ConfigError
from domain.plan import ChannelSpec

# With the lease of 45 s, connect and read together must not take longer than that.
_LONGEST_SECONDS = 15.0


def wrong(spec: ChannelSpec, key: str, reason: str) -> ConfigError:
    """The error for one option; ``reason`` must not quote the value, it may be a secret."""
    return ConfigError(
        file="settings.yaml", key=f"channels.{spec.name}.options.{key}", reason=reason
    )


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
