"""Where the search index is: the settings' ``search`` with its key read from the environment.

The key appears in no error and no repr, and travels unencrypted to nobody: what is not this machine
must be asked by https.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from config.channels import FILE, filled, objections
from config.files import Files
from domain.errors import ConfigError
from domain.plan import SearchSpec

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_KEY = re.compile(r"\$\{\w+\}")


def check_search(files: Files, environ: Mapping[str, str]) -> Iterator[ConfigError]:
    """Nothing to object to while the index is a file of our own."""
    entry = files.settings.search
    if entry.kind == "embedded":
        return
    if not entry.url:
        yield files.error(FILE, "search", reason="kind 是 elastic 时要写 url（检索服务器的地址）")
    else:
        for reason in _about_url(entry.url):
            yield files.error(FILE, "search", "url", reason=reason)
    if entry.api_key:
        for reason in _about_key(entry.api_key, environ):
            yield files.error(FILE, "search", "api_key", reason=reason)
    if entry.ca_file and not Path(entry.ca_file).is_file():
        yield files.error(FILE, "search", "ca_file", reason="找不到这个证书文件")


def _about_url(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        yield "地址里不能写用户名和密码；请用 api_key"
    elif parts.scheme == "http" and parts.hostname not in _HERE:
        yield "http:// 只限本机；别的机器请用 https://，并写 ca_file"


def _about_key(value: str, environ: Mapping[str, str]) -> Iterator[str]:
    if _KEY.fullmatch(value) is None:
        yield "密钥不能写在文件里；请写成 ${环境变量名}，再设置这个环境变量"
    else:
        yield from objections("api_key", value, environ, instead="或去掉 api_key")


def build_search(files: Files, environ: Mapping[str, str]) -> SearchSpec:
    """What the office set; ``check_search`` must have found nothing."""
    entry = files.settings.search
    if entry.kind == "embedded":
        return SearchSpec()
    return SearchSpec(
        kind=entry.kind,
        url=entry.url,
        prefix=entry.prefix,
        ca_file=entry.ca_file,
        api_key=filled(entry.api_key, environ),
        timeout_seconds=entry.timeout_seconds,
    )
