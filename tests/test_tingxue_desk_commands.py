"""``tingxue desk``: accounts from the command line, and what it takes to open the desk."""

import re
import socket
import ssl
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from deskclient import PASSWORD, account
from deskserver import free_port, served
from world import World

from domain.errors import InputError, NotConfigured
from domain.plan import DeskSpec
from domain.types import Role
from tingxue.cli import main
from tingxue.desk import serving

CODE = re.compile(r"一次性口令：([2-9A-Z]{4}(?:-[2-9A-Z]{4}){3})")


def run(home: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["desk", *words], env={"TINGXUE_HOME": str(home)})
    return done.exit_code, done.output


def test_accounts_are_added_listed_reset_and_closed(tmp_path: Path) -> None:
    code, said = run(tmp_path, "user", "add", "张三", "--role", "handler", "--department", "住建局")
    assert code == 0 and CODE.search(said)
    assert run(tmp_path, "user", "add", "李四", "--role", "宣传部")[0] == 0
    code, listed = run(tmp_path, "user", "list")
    assert "张三  handler  住建局  待设密码" in listed and "李四  宣传部  宣传部" in listed
    first = CODE.search(said)
    assert first and first[1] not in listed
    again = CODE.search(run(tmp_path, "user", "reset", "张三")[1])
    assert again and again[1] != first[1]
    assert run(tmp_path, "user", "disable", "张三") == (0, "张三 已停用，退出登录 0 处\n")
    assert "张三  handler  住建局  已停用" in run(tmp_path, "user", "list")[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [(["add", "甲", "--role", "handler"], "handler 要写明部门"),
     (["add", "甲", "--role", "viewer", "--department", "没有局"], "没有“没有局”这个部门"),
     (["add", " ", "--role", "admin"], "姓名应为"), (["add", "长" * 41, "--role", "admin"], "姓名"),
     (["reset", "无此人"], "没有“无此人”"), (["disable", "无此人"], "没有“无此人”")],
)  # fmt: skip
def test_a_wrong_account_is_refused_in_chinese(tmp_path: Path, words: list[str], says: str) -> None:
    code, said = run(tmp_path, "user", *words)
    assert code == 2 and says in said


def test_the_desk_opens_only_with_a_certificate_or_a_word(world: World, tmp_path: Path) -> None:
    app = world.app

    def opens(spec: DeskSpec, host: str, *, allow_http: bool = False) -> None:
        """Up to the port, which is taken: whoever is told so has passed the rest."""
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            here = replace(app, plan=replace(app.plan, desk=spec))
            serving.serve(here, host=host, port=taken.getsockname()[1], allow_http=allow_http)

    with pytest.raises(NotConfigured, match="没有证书"):
        opens(DeskSpec(), "127.0.0.1")
    with pytest.raises(InputError, match="用不了"):
        opens(DeskSpec(), "127.0.0.1", allow_http=True)
    with pytest.raises(InputError, match="用不了"):  # behind a proxy that has the certificate
        opens(DeskSpec(base_url="https://zs.example"), "127.0.0.1")
    with pytest.raises(NotConfigured, match="没有证书"):
        opens(DeskSpec(base_url="https://zs.example"), "0.0.0.0")  # noqa: S104
    with pytest.raises(NotConfigured, match="找不到证书"):
        opens(DeskSpec(certificate="/no/desk.crt", key="/no/desk.key"), "127.0.0.1")
    bad = tmp_path / "bad.pem"
    bad.write_text("不是证书")
    with pytest.raises(NotConfigured, match="不能用"):
        opens(DeskSpec(certificate=str(bad), key=str(bad)), "127.0.0.1")


@pytest.mark.full
def test_with_a_certificate_the_desk_speaks_https_and_nothing_else(
    world: World, tmp_path: Path
) -> None:
    certificate, key = _self_signed(tmp_path)
    account(world, "甲", Role.PUBLICITY, "宣传部")
    with served(tmp_path, port := free_port(), (certificate, key)):
        address = f"https://localhost:{port}"
        trust = ssl.create_default_context(cafile=str(certificate))
        login = {"name": "甲", "password": PASSWORD}
        with httpx.Client(verify=trust, base_url=address, trust_env=False) as web:
            done = web.post("/login", data=login, headers={"origin": address})
            assert done.status_code == 303
            cookie = done.headers["set-cookie"]
            assert cookie.startswith("__Host-sid=") and "Secure" in cookie
            page = web.get("/")
        assert page.status_code == 200 and "连接未加密" not in page.text
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://localhost:{port}/", trust_env=False)


def _self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost, of this hour, and its key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    secret, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(secret.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )  # fmt: skip
    certificate, key = folder / "desk.crt", folder / "desk.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    return certificate, key


def test_watch_and_collecting_load_nothing_of_the_desk() -> None:
    """import-linter looks at what is written; this at what is loaded."""
    code = """
import sys
import tingxue.schedule, tingxue.pipeline, tingxue.collecting, tingxue.cli_child, tingxue.cli_duty
print([m for m in sys.modules if m.split(".")[0] in ("fastapi", "uvicorn", "argon2", "starlette")
       or m.startswith("tingxue.desk")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
