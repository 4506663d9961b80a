"""A PDF of a Word file, made by LibreOffice where it is installed.

LibreOffice runs with a profile of its own that is thrown away, so no window that a person has open
is disturbed, and under a time limit. Where the office's fonts are not installed, fontconfig is told
which free ones stand in for them: a default choice may be a font without Chinese.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from domain.errors import PaperError
from tingxue import disk

SECONDS = 120.0
_SERIF, _SANS = (
    ("Noto Serif CJK SC", "Source Han Serif SC"),
    ("Noto Sans CJK SC", "Source Han Sans SC"),
)
_STAND_INS = {
    "仿宋_GB2312": ("仿宋", "FangSong", *_SERIF),
    "楷体_GB2312": ("楷体", "KaiTi", *_SERIF),
    "方正小标宋简体": ("方正小标宋_GBK", "小标宋", *_SERIF),
    "宋体": ("SimSun", *_SERIF),
    "黑体": ("SimHei", *_SANS),
}
_SYSTEM_FONTS = Path("/etc/fonts/fonts.conf")


def program() -> str | None:
    """LibreOffice on this machine, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def make_pdf(docx: Path, *, seconds: float = SECONDS, office: str | None = None) -> Path:
    """Write ``<name>.pdf`` beside the Word file; an older one of that name is replaced.

    Raises PaperError: no LibreOffice here, it took too long, or it made nothing.
    """
    found = office or program()
    if found is None:
        raise PaperError("没有找到 LibreOffice，不能出 PDF：请安装 libreoffice-writer")
    with tempfile.TemporaryDirectory(prefix="tingxue-pdf-") as folder:
        _convert(found, docx, Path(folder), seconds)
        made = Path(folder) / f"{docx.stem}.pdf"
        data = made.read_bytes() if made.exists() else b""
    if not data.startswith(b"%PDF"):
        raise PaperError(f"LibreOffice 没有做出 {docx.stem}.pdf：请用 Word 打开 {docx.name} 另存")
    target = docx.with_suffix(".pdf")
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    disk.write(temporary, data)
    temporary.replace(target)
    disk.sync_folder(target.parent)
    return target


def _convert(office: str, docx: Path, folder: Path, seconds: float) -> None:
    profile = (folder / "profile").as_uri()
    command = [
        office, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nolockcheck",
        "--convert-to", "pdf", "--outdir", str(folder), str(docx.resolve()),
    ]  # fmt: skip
    with subprocess.Popen(  # noqa: S603 -- our own arguments, no shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=_environment(os.environ, folder), start_new_session=True,
    ) as running:  # fmt: skip
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)  # the starter and the office it started
            raise PaperError(
                f"LibreOffice {seconds:.0f} 秒没有做完 {docx.stem}.pdf，已停掉；Word 文件不受影响"
            ) from None


def _environment(own: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The same environment, with stand-ins for fonts where fontconfig is in use."""
    system = own.get("FONTCONFIG_FILE", str(_SYSTEM_FONTS))
    if not Path(system).exists():
        return dict(own)
    fonts = folder / "fonts.conf"
    fonts.write_text(fonts_conf(system), encoding="utf-8")
    return {**own, "FONTCONFIG_FILE": str(fonts)}


def fonts_conf(system: str) -> str:
    """The machine's own font configuration, and what stands in for the fonts our papers name."""
    aliases = "".join(
        f'<alias binding="same"><family>{name}</family><accept>'
        + "".join(f"<family>{other}</family>" for other in others)
        + "</accept></alias>\n"
        for name, others in _STAND_INS.items()
    )
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        f'{aliases}<include ignore_missing="yes">{system}</include>\n</fontconfig>\n'
    )
