"""The desk on a port: one process, with the office's certificate or, said aloud, without.

Neither addresses nor queries are logged: a link in an address signs, a search may hold a name.
"""

import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import uvicorn

from domain.errors import InputError, NotConfigured
from tingxue import attachments
from tingxue.app import App, check_open
from tingxue.desk.pages import figures
from tingxue.desk.server import desk

LOG = logging.getLogger(__name__)
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


def serve(
    app: App, *, host: str, port: int, allow_http: bool, say: Callable[[str], None] = LOG.info
) -> None:
    """Until it is stopped; ``say`` hears where it is. Raises NotConfigured without a way to be
    safe, InputError for a port that is taken, LedgerError on an archive."""
    check_open(app)
    certificate, key = app.plan.desk.certificate, app.plan.desk.key
    _check(app, host, allow_http)
    figures.check(app)
    _check_free(host, port)
    attachments.sweep(app)
    config = uvicorn.Config(
        desk(app, allow_http=allow_http and not certificate), host=host, port=port,
        ssl_certfile=certificate or None, ssl_keyfile=key or None,
        log_config=None, access_log=False, server_header=False, lifespan="off",
        timeout_keep_alive=15, limit_concurrency=200, h11_max_incomplete_event_size=32 * 1024,
    )  # fmt: skip
    say(f"值守台已打开：{'https' if certificate else 'http'}://{host}:{port}，按 Ctrl-C 停止")
    with suppress(KeyboardInterrupt):  # raised anew when everything has been closed
        uvicorn.Server(config).run()


def _check(app: App, host: str, allow_http: bool) -> None:
    spec = app.plan.desk
    if spec.certificate:
        _check_certificate(spec.certificate, spec.key)
        return
    behind = host in _HERE and spec.base_url.startswith("https://")  # a proxy of the office's own
    if not (allow_http or behind):
        raise NotConfigured(
            "没有证书，不能打开值守台：请在 settings.yaml 的 desk 里写 certificate 和 key"
            "（说明见 docs/desk.md）；只在可信内网临时使用，可以加 --allow-http"
        )


def _check_certificate(certificate: str, key: str) -> None:
    for path in (certificate, key):
        if not Path(path).is_file():
            raise NotConfigured(f"找不到证书或私钥文件 {path}，请检查 settings.yaml 的 desk")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as error:
        raise NotConfigured(f"证书和私钥不能用（{error.strerror}），请检查是否成对") from error


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"{host} 的端口 {port} 用不了（{error.strerror}）；请用 --port 换一个"
            ) from error
