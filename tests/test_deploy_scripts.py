"""The jobs inside the containers, run here: certificates that a client believes, secrets for one
reader each, keys from a stand-in of the search server."""

import http.server
import json
import os
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from composing import DEPLOY, ROOT, SERVICES, script

from config.loader import load

SECRETS = {
    "elastic_password": "a" * 64,
    "kibana_password": "b" * 64,
    "kibana_key": "c" * 64,
    "postgres_password": "d" * 64,
}
FOLDERS = ("watch", "watchdog", "desk-tls")
READERS = ("elasticsearch", "security", "kibana", "watch", "watchdog", "desk", "desk-tls",
           "bootstrap", "postgres")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """The volumes of a start, as folders; ``bin`` comes first on PATH."""

    root: Path

    @property
    def bin(self) -> Path:
        return self.root / "bin"

    @property
    def to(self) -> Path:
        return self.root / "to"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def secrets(self) -> Path:
        return self.root / "from"

    def environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": f"{self.bin}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LOG": str(self.root / "log"),
        }

    def prepare(self) -> "subprocess.CompletedProcess[str]":
        """The job ``prepare``; who was to own what goes to ``owners``."""
        return subprocess.run(
            ["sh", DEPLOY / "prepare.sh", self.secrets, self.to, self.home],
            env=self.environ(), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def owners(self) -> dict[str, str]:
        """path below ``to`` -> owner, as the last calls of chown said."""
        found = {}
        for line in (self.root / "log").read_text("utf-8").splitlines():
            owner, *paths = line.split()
            for path in paths:
                found[path.removeprefix(f"{self.to}/")] = owner
        return found

    def handed(self, reader: str) -> dict[str, str]:
        """File name -> content."""
        return {path.name: path.read_text("utf-8") for path in (self.to / reader).iterdir()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    for folder in (made.bin, made.home, *(made.secrets / name for name in FOLDERS)):
        folder.mkdir(parents=True)
    for name in ("ca", "certs", *READERS):
        (made.to / name).mkdir(parents=True)
    for name, value in SECRETS.items():
        (made.secrets / name).write_text(f"{value}\n")
    # only root may give files away; who does not run the tests as root can not
    script(made.bin / "chown", '#!/bin/sh\nprintf "%s\\n" "$*" >>"$LOG"\n')
    return made


def test_each_service_gets_its_own_secrets_and_no_other(place: Place) -> None:
    done = place.prepare()
    assert done.returncode == 0, done.stderr
    given = {reader: set(place.handed(reader)) for reader in READERS}
    assert given == {
        "elasticsearch": {"ca.crt", "node.crt", "node.key", "elastic_password"},
        "security": {"elastic_password", "kibana_password"},
        "kibana": {"kibana_password", "kibana_key"},
        "watch": set(),
        "watchdog": set(),
        "desk": set(),
        "desk-tls": set(),
        "bootstrap": set(),
        "postgres": {"postgres_password"},
    }
    assert place.handed("kibana")["kibana_key"] == f"{SECRETS['kibana_key']}\n"
    assert not any(value in done.stdout + done.stderr for value in SECRETS.values())


def test_what_is_handed_over_is_its_readers_only(place: Place) -> None:
    place.prepare()
    owners = place.owners()
    for reader in READERS:
        folder = place.to / reader
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        uid = SERVICES[reader.removesuffix("-tls")]["user"].split(":")[0]
        assert owners[reader] == f"{uid}:{uid}"
        for path in folder.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o400
        assert {owners[name] for name in owners if name.startswith(f"{reader}/")} <= {
            owners[reader]
        }
    assert stat.S_IMODE((place.to / "certs" / "ca.crt").stat().st_mode) == 0o444
    assert {path.name for path in (place.to / "certs").iterdir()} == {"ca.crt"}


def test_what_elasticsearch_and_postgres_are_told_to_read_is_there(place: Place) -> None:
    place.prepare()
    told = SERVICES["elasticsearch"]["environment"]
    names = {Path(value).name for value in told.values() if "handed/" in value}
    assert names == {"ca.crt", "node.crt", "node.key", "elastic_password"}
    assert names <= set(place.handed("elasticsearch"))
    name = Path(SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD_FILE"]).name
    assert name in place.handed("postgres")


def test_a_second_start_keeps_the_certificates(place: Place) -> None:
    place.prepare()
    first = place.handed("elasticsearch")
    assert place.prepare().returncode == 0
    assert place.handed("elasticsearch") == first


def test_a_certificate_that_is_no_good_any_more_is_made_anew_under_the_same_authority(
    place: Place,
) -> None:
    place.prepare()
    first = place.handed("elasticsearch")
    (place.to / "ca" / "node.crt").write_text("spoiled")
    assert place.prepare().returncode == 0
    second = place.handed("elasticsearch")
    assert second["ca.crt"] == first["ca.crt"]
    assert second["node.crt"] != first["node.crt"]
    with _server(place, _Silent):
        pass


def test_the_offices_own_secrets_are_exactly_those_in_its_folders(place: Place) -> None:
    (place.secrets / "watch" / "TINGXUE_WECOM_KEY").write_text("one\n")
    (place.secrets / "watchdog" / "TINGXUE_WATCHDOG_PASSWORD").write_text("two\n")
    for name in ("desk.crt", "desk.key"):
        (place.secrets / "desk-tls" / name).write_text("pem\n")
    (place.to / "watch" / "TINGXUE_ES_API_KEY").write_text("made by security\n")
    place.prepare()
    assert set(place.handed("watch")) == {"TINGXUE_WECOM_KEY", "TINGXUE_ES_API_KEY"}
    assert set(place.handed("bootstrap")) == {"TINGXUE_WECOM_KEY"}  # it reads the same settings
    assert set(place.handed("watchdog")) == {"TINGXUE_WATCHDOG_PASSWORD"}
    assert set(place.handed("desk")) == {"TINGXUE_WECOM_KEY"}
    assert set(place.handed("desk-tls")) == {"desk.crt", "desk.key"}
    (place.secrets / "watch" / "TINGXUE_WECOM_KEY").unlink()
    place.prepare()
    assert set(place.handed("watch")) == {"TINGXUE_ES_API_KEY"}


@pytest.mark.parametrize("spoiled", ["", 'quo"te', "two\nlines\n", "中文"])
def test_a_secret_that_would_break_a_message_is_refused_by_name(place: Place, spoiled: str) -> None:
    (place.secrets / "kibana_password").write_text(spoiled)
    done = place.prepare()
    assert done.returncode == 1
    assert "secrets/kibana_password" in done.stderr
    assert not spoiled or spoiled not in done.stderr
    assert place.handed("kibana") == {}


def test_a_new_home_gets_settings_that_search_on_the_server(place: Place) -> None:
    place.prepare()
    path = place.home / "config" / "settings.yaml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = yaml.safe_load(path.read_text("utf-8"))
    shipped = yaml.safe_load((ROOT / "config" / "settings.yaml").read_text("utf-8"))
    assert made.pop("search")["url"] == "https://elasticsearch:9200"
    shipped.pop("search", None)
    assert made == shipped
    path.write_text("changed by the office")
    place.prepare()
    assert path.read_text("utf-8") == "changed by the office"


def test_a_shipped_search_is_replaced_and_not_said_twice(place: Place) -> None:
    """By a package in the way of ours, whose settings already say something of search."""
    shipped = place.root / "shipped" / "config"
    shipped.mkdir(parents=True)
    (shipped / "__init__.py").write_text("")
    text = "zone: 甲\n# about search\nsearch:  # where\n  kind: embedded\n  # more\n\nhours: {}\n"
    (shipped / "settings.yaml").write_text(text, "utf-8")
    environ = {**place.environ(), "PYTHONPATH": str(shipped.parent)}
    subprocess.run(
        ["sh", DEPLOY / "prepare.sh", place.secrets, place.to, place.home], env=environ, check=True
    )
    made = (place.home / "config" / "settings.yaml").read_text("utf-8")
    assert made.count("\nsearch:") == 1 and "embedded" not in made
    assert yaml.safe_load(made)["hours"] == {}


def test_the_settings_of_a_new_home_are_ones_that_the_loader_takes(place: Place) -> None:
    place.prepare()
    settings, authority = place.home / "config" / "settings.yaml", place.home / "ca.crt"
    authority.touch()  # in the container prepare.sh has put it there
    settings.write_text(
        settings.read_text("utf-8").replace("/certs/ca.crt", str(authority)), "utf-8"
    )
    plan = load(environ={"TINGXUE_ES_API_KEY": "key"}, overrides=place.home / "config")
    assert plan.search.url == "https://elasticsearch:9200"


# --- the search server's side


class _Silent(http.server.BaseHTTPRequestHandler):
    """Writes nothing to the screen."""

    def log_message(self, *_: object) -> None:
        pass


@dataclass(slots=True)
class _Elastic:
    """What a stand-in of the server has heard and knows."""

    asked: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    refuses: str = ""

    def answer(self, method: str, path: str, who: str, body: str) -> tuple[int, dict[str, object]]:
        scheme, _, said = who.partition(" ")
        if path == "/_security/_authenticate":
            return (200 if scheme == "ApiKey" and said in self.keys else 401), {}
        if (
            scheme != "Basic"
            or b64decode(said).decode() != f"elastic:{SECRETS['elastic_password']}"
        ):
            return 401, {"error": "security_exception"}
        self.asked.append((method, path, json.loads(body)))
        if self.refuses and self.refuses in path:
            return 500, {"error": "refused"}
        if (method, path) == ("POST", "/_security/api_key"):
            self.keys.append(f"key{len(self.keys)}==")
            return 200, {"id": "x", "api_key": "y", "encoded": self.keys[-1]}
        if (method, path) == ("DELETE", "/_security/api_key"):
            return (200 if self.keys else 404), {}
        known = (method, path) == ("POST", "/_security/user/kibana_system/_password")
        return (200 if known else 404), {}


def _handler(elastic: _Elastic) -> type[_Silent]:
    class Handler(_Silent):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            who = self.headers.get("Authorization", "")
            status, said = elastic.answer(self.command, self.path, who, body)
            text = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = _any

    return Handler


class _server:
    """An https server with the certificate that ``prepare`` made; gives its address. Opening it
    makes one handshake as a client that believes our authority alone."""

    def __init__(self, place: Place, handler: type[_Silent]) -> None:
        folder = place.to / "elasticsearch"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "node.crt", folder / "node.key")
        self._authority = place.to / "certs" / "ca.crt"
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        port = self._server.server_address[1]
        client = ssl.create_default_context(cafile=self._authority)
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            client.wrap_socket(plain, server_hostname="elasticsearch"),
        ):
            pass
        return f"https://localhost:{port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def elastic() -> _Elastic:
    return _Elastic()


@pytest.fixture
def url(place: Place, elastic: _Elastic) -> Iterator[str]:
    done = place.prepare()
    assert done.returncode == 0, done.stderr
    with _server(place, _handler(elastic)) as address:
        yield address


def _security(place: Place, url: str) -> "subprocess.CompletedProcess[str]":
    words = (place.to / name for name in ("certs/ca.crt", "security", "watch", "bootstrap", "desk"))
    return subprocess.run(
        ["bash", DEPLOY / "security.sh", url, *words],
        env=place.environ(), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_kibana_gets_its_password_and_our_programs_their_keys(
    place: Place, url: str, elastic: _Elastic
) -> None:
    done = _security(place, url)
    assert done.returncode == 0, done.stderr
    passwords = [body for _, path, body in elastic.asked if path.endswith("/_password")]
    assert passwords == [{"password": SECRETS["kibana_password"]}]
    watch, bootstrap, desk = (body for method, path, body in elastic.asked
                        if (method, path) == ("POST", "/_security/api_key"))  # fmt: skip
    assert watch["role_descriptors"] == {
        "watch": {
            "cluster": ["monitor"],
            "indices": [{"names": ["tingxue-*"], "privileges": ["manage", "read", "write"]}],
        }
    }
    assert bootstrap["expiration"] == "1h"
    assert desk["role_descriptors"] == {
        "desk": {
            "cluster": ["monitor"],
            "indices": [{"names": ["tingxue-*"], "privileges": ["read", "view_index_metadata"]}],
        }
    }
    assert place.handed("desk") == {"TINGXUE_ES_API_KEY": "key2==\n"}
    assert place.handed("watch") == {"TINGXUE_ES_API_KEY": "key0==\n"}
    assert place.handed("bootstrap") == {
        "TINGXUE_ES_API_KEY": "key1==\n",
        "TINGXUE_KIBANA_KEY": "key1==\n",
    }
    mode = (place.to / "watch" / "TINGXUE_ES_API_KEY").stat().st_mode
    assert stat.S_IMODE(mode) == 0o400


def test_a_key_that_still_works_is_kept_and_one_that_does_not_is_replaced(
    place: Place, url: str, elastic: _Elastic
) -> None:
    _security(place, url)
    _security(place, url)
    assert place.handed("watch")["TINGXUE_ES_API_KEY"] == "key0==\n"
    elastic.keys.remove("key0==")
    assert _security(place, url).returncode == 0
    assert place.handed("watch")["TINGXUE_ES_API_KEY"].strip() in elastic.keys


def test_no_secret_is_on_a_command_line(place: Place, url: str, elastic: _Elastic) -> None:
    real = shutil.which("curl")
    script(place.bin / "curl", f'#!/bin/sh\nprintf "%s\\n" "$*" >>"$LOG.curl"\nexec {real} "$@"\n')
    assert _security(place, url).returncode == 0
    _security(place, url)
    said = (place.root / "log.curl").read_text("utf-8")
    assert "_security" in said
    assert not any(one in said for one in (*SECRETS.values(), *elastic.keys))


@pytest.mark.parametrize("refuses", ["_password", "api_key"])
def test_a_server_that_refuses_is_no_success(
    place: Place, url: str, elastic: _Elastic, refuses: str
) -> None:
    elastic.refuses = refuses
    done = _security(place, url)
    assert done.returncode != 0 and "检索服务器拒绝了" in done.stderr
    assert place.handed("watch") == {}


def test_a_server_with_another_certificate_is_not_believed(
    place: Place, url: str, elastic: _Elastic
) -> None:
    other = place.to / "ca"
    for name in ("ca.crt", "ca.key", "node.crt"):
        (other / name).unlink()
    assert place.prepare().returncode == 0  # another authority; the server still has the old one
    assert _security(place, url).returncode != 0
    assert elastic.asked == []


def test_kibana_takes_its_secrets_under_the_names_in_its_settings(place: Place) -> None:
    place.prepare()
    script(place.bin / "kibana-docker", "#!/bin/sh\nenv\n")
    done = subprocess.run(
        ["bash", DEPLOY / "kibana.sh", place.to / "kibana"],
        env=place.environ(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    environ = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    settings = yaml.safe_load((DEPLOY / "kibana.yml").read_text("utf-8"))
    filled = {name: environ[value[2:-1]] for name, value in settings.items()
              if isinstance(value, str) and value.startswith("${")}  # fmt: skip
    assert filled.pop("elasticsearch.password") == SECRETS["kibana_password"]
    assert len(filled) == 3 and set(filled.values()) == {SECRETS["kibana_key"]}
    assert settings["i18n.locale"] == "zh-CN"
