"""Provisioning: on the real node as far as it goes, the rest against a stub of a full server."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch
from elasticstub import StubElastic, refusals
from loopback import Loopback, Reply

from config.loader import SHIPPED
from domain.errors import SearchUnavailable
from domain.plan import SearchSpec
from index.elastic import connect
from index.mappings import MENTIONS, OBLIGATIONS
from index.pieces import Wanted, key, pieces
from index.provision import Server
from tingxue.cli import main
from tingxue.home import Home, home_at

WANTED = Wanted(prefix="tingxue-", days=1460, snapshots="office")
FOLDER = Path(__file__).parents[1] / "index" / "provisioning"
KINDS = {
    "_ilm": "ilm", "_index_template": "template", "_snapshot": "snapshot", "_slm": "slm",
    "_security": "role",
}  # fmt: skip


# --- the JSON


def made(wanted: Wanted = WANTED) -> dict[str, Any]:
    return {piece.path: piece.body for piece in pieces(wanted, ilm=True)}


def test_every_piece_is_what_the_server_takes() -> None:
    for path, body in made().items():
        assert refusals(KINDS[path.split("/")[1]], body) == [], path
    for role in ("write", "read"):
        assert refusals("api_key", key(role, WANTED)) == []  # type: ignore[arg-type]


def test_the_schema_refuses_what_the_server_would() -> None:
    policy = made()["/_ilm/policy/tingxue-mentions"]
    policy["policy"]["phases"]["delete"]["min_ages"] = "1d"
    assert refusals("ilm", policy)
    role = made()["/_security/role/tingxue-read"]
    role["indices"][0]["privileges"] = ["everything"]
    assert refusals("role", role)


def test_every_file_is_used_and_holds_no_value_of_an_office() -> None:
    names = {path.stem for path in FOLDER.glob("*.json")}
    assert names == {
        "retention", "retention-held", "retention-settings", "repository", "nightly",
        "role-write", "role-read", "key-write", "key-read",
    }  # fmt: skip
    assert [p.name for p in FOLDER.glob("*.json") if "tingxue-" in p.read_text("utf-8")] == []


def test_a_prefix_cannot_break_out_of_its_place() -> None:
    odd = Wanted(prefix='a","b":"$c', days=1)
    role = next(p for p in pieces(odd, ilm=False) if p.feature == "security")
    assert role.body["indices"][0]["names"] == ['a","b":"$c*']


def test_a_month_outlives_everything_the_ledger_keeps_of_it() -> None:
    phases = made()["/_ilm/policy/tingxue-mentions"]["policy"]["phases"]
    assert phases["delete"]["min_age"] == "1522d"  # 1460, and 62 of slack
    settings = made()["/_index_template/tingxue-mentions"]["template"]["settings"]
    assert settings["index.lifecycle.name"] == "tingxue-mentions"
    assert settings["index.lifecycle.parse_origination_date"] is True


def test_nothing_is_deleted_by_age_while_anything_is_held() -> None:
    held = made(replace(WANTED, held=True))["/_ilm/policy/tingxue-mentions"]
    assert "delete" not in held["policy"]["phases"]


def test_who_reads_may_write_nothing() -> None:
    read = made()["/_security/role/tingxue-read"]
    assert read["cluster"] == [] and read["indices"] == [
        {"names": ["tingxue-*"], "privileges": ["read", "view_index_metadata"]}
    ]


# --- a full server, as a stub


@pytest.fixture
def stub() -> StubElastic:
    return StubElastic()


@pytest.fixture
def server(stub: StubElastic) -> Iterator[Server]:
    with Loopback(stub) as served:
        client = connect(SearchSpec(kind="elastic", url=served.address, api_key=stub.key))
        yield Server(client, WANTED)
        client.close()


def test_a_full_server_gets_everything_once_in_order(server: Server, stub: StubElastic) -> None:
    assert server.features() == {"core", "ilm", "slm", "security"}
    found = server.look()
    assert {one.state for one in found} == {"missing"}
    assert server.apply(found) == len(found) == 13
    assert stub.puts[:2] == ["/_ilm/policy/tingxue-mentions", "/_index_template/tingxue-mentions"]
    assert stub.puts.index("/_snapshot/tingxue-snapshots") < stub.puts.index(
        "/_slm/policy/tingxue-nightly"
    )
    assert {one.state for one in server.look()} == {"same"}
    assert server.apply(server.look()) == 0


def test_drift_is_shown_by_its_place_and_put_back(server: Server, stub: StubElastic) -> None:
    server.apply(server.look())
    phases = stub.objects["/_ilm/policy/tingxue-mentions"]["policy"]["phases"]
    phases["delete"]["min_age"] = "30d"
    stub.objects["/_security/role/tingxue-read"]["indices"][0]["privileges"] = ["all"]
    drifted = [one for one in server.look() if one.state == "differs"]
    assert [(one.piece.title, one.paths) for one in drifted] == [
        ("保存期限 tingxue-mentions", ("policy.phases.delete.min_age",)),
        ("角色 tingxue-read", (
            "indices[0].privileges（1 项，应为 2 项）", "indices[0].privileges[0]")),
    ]  # fmt: skip
    assert server.apply(drifted) == 2 and {one.state for one in server.look()} == {"same"}


def test_a_key_is_made_once_and_only_for_its_role(server: Server, stub: StubElastic) -> None:
    assert server.new_key("write") == "c2VjcmV0"
    assert server.new_key("write") is None
    assert server.new_key("read") == "c2VjcmV0"
    assert [list(one["role_descriptors"]) for one in stub.keys] == [["write"], ["read"]]


# --- what goes wrong


def spoken(stub: Any, key: str = "key") -> str:
    """What comes of looking and applying."""
    with Loopback(stub) as served:
        client = connect(SearchSpec(kind="elastic", url=served.address, api_key=key))
        server = Server(client, WANTED)
        with pytest.raises(SearchUnavailable) as caught:
            server.version()
            server.apply(server.look())
        client.close()
    return str(caught.value)


def test_a_wrong_key_says_which_setting() -> None:
    said = spoken(StubElastic(), key="c2VjcmV0LWtleQ==")
    assert "不认这个密钥；请检查 settings.yaml 的 search.api_key" in said and "c2Vj" not in said


def test_an_old_server_is_named_with_its_number() -> None:
    assert "是 Elasticsearch 8.19.3，要 9 或更新" in spoken(StubElastic(version="8.19.3"))


def test_a_server_that_does_not_speak_our_version_is_too_old_too() -> None:
    error = {"error": {"type": "media_type_header_exception", "reason": "Invalid"}, "status": 400}
    headers = {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}
    reply = Reply(status=400, headers=headers, body=json.dumps(error).encode())
    assert "版本不对，需要 Elasticsearch 9" in spoken(lambda _: reply)


def test_another_program_on_that_address_is_said_to_be_that() -> None:
    reply = Reply(headers={"Content-Type": "application/json"}, body=b"{}")
    assert "不是 Elasticsearch；请检查 settings.yaml" in spoken(lambda _: reply)


def test_a_full_disk_says_what_to_do() -> None:
    assert "只读（磁盘可能快满了）；请清理磁盘" in spoken(StubElastic(full=True))


def test_a_key_that_may_not_look_is_no_missing_feature() -> None:
    class Forbidding(StubElastic):
        def __call__(self, seen: Any) -> Reply:
            if seen.path == "/_ilm/status":
                body = {"error": {"type": "security_exception", "reason": "no"}, "status": 403}
                headers = {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}
                return Reply(status=403, headers=headers, body=json.dumps(body).encode())
            return super().__call__(seen)

    assert "这个密钥没有权限" in spoken(Forbidding())


# --- the command line


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


def run(home: Home, url: str, *words: str, prefix: str = "tingxue-", key: str = "") -> Result:
    """With a search server in the settings."""
    settings = (SHIPPED / "settings.yaml").read_text("utf-8").partition("\nsearch:\n")[0]
    search = f"\nsearch:\n  kind: elastic\n  url: {url}\n  prefix: {prefix}\n"
    search += "  api_key: ${TINGXUE_SEARCH_KEY}\n" if key else ""
    rest = (SHIPPED / "settings.yaml").read_text("utf-8").partition("\nchannels:\n")
    home.config.mkdir(parents=True, exist_ok=True)
    text = f"{settings}\n{search}{rest[1]}{rest[2]}"
    (home.config / "settings.yaml").write_text(text, "utf-8")
    environ = {"TINGXUE_HOME": str(home.path), "TINGXUE_SEARCH_KEY": key}
    return CliRunner().invoke(main, list(words), env=environ, catch_exceptions=False)


def test_without_a_search_server_there_is_nothing_to_provision(home: Home) -> None:
    result = CliRunner().invoke(
        main, ["index", "provision"], env={"TINGXUE_HOME": str(home.path)}, catch_exceptions=False
    )
    assert result.exit_code == 2 and "请改 settings.yaml 的 search" in result.stderr


def test_a_full_server_is_provisioned_with_exit_code_0(home: Home, stub: StubElastic) -> None:
    with Loopback(stub) as served:
        first = run(home, served.address, "index", "provision", key="key")
        assert first.exit_code == 0, first.output
        assert "写入 11 项" in first.stdout and "角色 tingxue-write：还没有" in first.stdout
        again = run(home, served.address, "index", "provision", key="key")
        assert again.exit_code == 0 and "已一致，没有写入" in again.stdout


def test_a_key_goes_into_a_file_of_its_own(home: Home, stub: StubElastic) -> None:
    path = home.path / "TINGXUE_SEARCH_KEY"
    with Loopback(stub) as served:
        words = ("index", "key", "write", "--to", str(path))
        done = run(home, served.address, *words, key="key")
        assert done.exit_code == 0 and "c2VjcmV0" not in done.output
        assert path.read_text() == "c2VjcmV0\n" and path.stat().st_mode & 0o777 == 0o600
        assert run(home, served.address, *words, key="key").exit_code == 2  # nothing overwritten
        path.unlink()
        again = run(home, served.address, *words, key="key")
        assert again.exit_code == 1 and "已有同名的有效密钥" in again.stderr and not path.exists()


# --- the real node


@pytest.fixture
def prefix(elasticsearch_url: str) -> Iterator[str]:
    prefix = f"test-{uuid4().hex[:12]}-"
    yield prefix
    with Elasticsearch(elasticsearch_url) as client:
        client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}*")
        for name in client.indices.get(index=f"{prefix}*").body:
            client.indices.delete(index=name)


@pytest.mark.full
def test_a_core_gets_its_part_and_the_rest_is_named(
    home: Home, elasticsearch_url: str, prefix: str
) -> None:
    first = run(home, elasticsearch_url, "index", "provision", prefix=prefix)
    assert first.exit_code == 3, first.output
    assert f"保存期限 {prefix}mentions：本服务器不支持" in first.stdout
    assert f"角色 {prefix}read：本服务器不支持" in first.stdout and "写入 8 项" in first.stdout
    again = run(home, elasticsearch_url, "index", "provision", "--core", prefix=prefix)
    assert again.exit_code == 0 and "已一致，没有写入" in again.stdout


@pytest.mark.full
def test_a_changed_template_on_the_node_is_found_and_put_back(
    home: Home, elasticsearch_url: str, prefix: str
) -> None:
    run(home, elasticsearch_url, "index", "provision", prefix=prefix)
    with Elasticsearch(elasticsearch_url) as client:
        name = f"{prefix}cases"
        found = client.indices.get_index_template(name=name)["index_templates"][0]
        template = found["index_template"]["template"]
        template["settings"]["index"]["number_of_replicas"] = "1"
        del template["mappings"]["properties"]["place"]
        client.indices.put_index_template(
            name=name, index_patterns=[f"{name}-*"], priority=500, template=template,
            meta=found["index_template"]["_meta"],
        )  # fmt: skip
    checked = run(home, elasticsearch_url, "index", "verify", "--core", prefix=prefix)
    assert checked.exit_code == 1
    assert f"模板 {name}：2 处不同" in checked.stdout
    assert "template.settings.index.number_of_replicas" in checked.stdout
    assert "template.mappings.properties.place" in checked.stdout
    assert (
        "写入 1 项"
        in run(home, elasticsearch_url, "index", "provision", "--core", prefix=prefix).stdout
    )


@pytest.mark.full
def test_status_and_verify_tell_missing_old_and_blocked_indices_apart(
    home: Home, elasticsearch_url: str, prefix: str
) -> None:
    run(home, elasticsearch_url, "index", "provision", "--core", prefix=prefix)
    status = run(home, elasticsearch_url, "index", "status", prefix=prefix)
    assert status.exit_code == 1 and f"{prefix}mentions 还没有；请运行 tingxue index rebuild" in (
        status.stdout
    )
    assert run(home, elasticsearch_url, "index", "rebuild", prefix=prefix).exit_code == 0
    fine = run(home, elasticsearch_url, "index", "status", prefix=prefix)
    assert fine.exit_code == 0 and "问题" not in fine.stdout, fine.output
    verify = run(home, elasticsearch_url, "index", "verify", "--core", prefix=prefix)
    assert verify.exit_code == 0 and "全部一致" in verify.stdout
    with Elasticsearch(elasticsearch_url) as client:
        blocked = {"index.blocks.read_only_allow_delete": True}
        client.indices.put_settings(index=f"{prefix}{MENTIONS.name}", settings=blocked)
        mapping = client.indices.get_mapping(index=f"{prefix}{OBLIGATIONS.name}")
        (index,) = mapping.body
        meta = mapping[index]["mappings"]["_meta"] | {"hash": "of an older program"}
        client.indices.put_mapping(index=index, meta=meta)
    bad = run(home, elasticsearch_url, "index", "status", prefix=prefix)
    assert bad.exit_code == 1
    assert f"问题：{prefix}mentions 被服务器设为只读（磁盘可能快满了）" in bad.stdout
    assert f"问题：{prefix}obligations 的字段与本程序的不同；请运行 tingxue index rebuild" in (
        bad.stdout
    )


def test_a_server_that_is_not_there_says_what_to_check(home: Home) -> None:
    result = run(home, "http://127.0.0.1:9", "index", "provision")
    assert result.exit_code == 2
    assert "连不上检索服务器；请检查服务器和 settings.yaml 的 search.url" in result.stderr
