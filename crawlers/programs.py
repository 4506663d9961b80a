"""Which browser stands on this machine, and whether a person can see its window.

Apart from the module that opens it, so that who only asks does not load Playwright.
"""

import platform
import re
import shutil
from collections.abc import Mapping

from domain.errors import NotConfigured

BROWSER = "TINGXUE_BROWSER"
"""Names the browser's program where it stands in no usual place."""

REPLICA = "TINGXUE_BROWSER_REPLICA"
"""``127.0.0.1:PORT,SPKI``: every name leads to this server of our own, whose key is trusted. For
the demo and the tests: with it the browser reaches nothing else."""

_MAKERS = ("google.com", "googleapis.com", "gvt1.com", "microsoft.com", "msedge.net")
"""Where browsers ask for updates and accounts of their own accord; none of our platforms is there.
Chromium 156 was seen at accounts.google.com and update.googleapis.com; the rest is general
knowledge."""

_NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge",
    "microsoft-edge-stable",
)  # fmt: skip
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find(environ: Mapping[str, str]) -> str:
    """The browser's program. Raises NotConfigured when there is none."""
    named = environ.get(BROWSER, "")
    if named:
        if not shutil.which(named):
            raise NotConfigured(f"{BROWSER} 指的浏览器不存在或不能运行：{named}")
        return named
    path = environ.get("PATH")
    found = next((at for name in (*_NAMES, *_MAC) if (at := shutil.which(name, path=path))), None)
    if found is None:
        raise NotConfigured(
            "这台机器上没有找到浏览器；请安装 Chromium、Chrome 或 Edge（Debian：apt-get install "
            f"chromium），或用环境变量 {BROWSER} 指明位置；也可以改为导入 HAR 文件"
        )
    return found


def has_screen(environ: Mapping[str, str]) -> bool:
    """Whether a window can be shown to a person here."""
    if platform.system() != "Linux":
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def command_line(environ: Mapping[str, str]) -> list[str]:
    """The arguments of every browser: it does not call its maker, and where there is a replica it
    reaches nothing else. Raises NotConfigured unless that is one on this machine."""
    rules = [f"MAP {name} ~NOTFOUND" for host in _MAKERS for name in (host, f"*.{host}")]
    given = environ.get(REPLICA, "")
    if not given:
        return [f"--host-resolver-rules={','.join(rules)}"]
    match = re.fullmatch(r"127\.0\.0\.1:\d+,([A-Za-z0-9+/=]+)", given)
    if match is None:
        raise NotConfigured(f"{REPLICA} 只能写 127.0.0.1:端口,公钥指纹")
    rules.append(f"MAP * {given.partition(',')[0]}")
    return [
        f"--host-resolver-rules={','.join(rules)}",
        f"--ignore-certificate-errors-spki-list={match[1]}",
    ]
