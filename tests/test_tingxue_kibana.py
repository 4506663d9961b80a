"""``tingxue kibana`` from the command line, against the stub and, for the preview, a real node."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch
from kibanastub import StubKibana, refusals
from loopback import Loopback

from config.loader import SHIPPED
from tingxue.cli import main
from tingxue.home import Home, home_at

WORKSHEET = (
    "工单编号,工单标题,诉求内容,区交办时间,区交办办结期限,事件发生地\n"
    "CC202611220009,出租车拒载,市民反映天定山滑雪场门口出租车收费>100元 & 拒载，电话13812345678，"
    "要求处理,2026-11-22 15:00:00,2026-11-25 15:00:00,天定山滑雪场\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


@pytest.fixture
def stub() -> StubKibana:
    return StubKibana()


def run(home: Home, *words: str, server: str = "http://127.0.0.1:9200", prefix: str = "tingxue-",
        **environ: str) -> Result:  # fmt: skip
    """With a search server in the settings (``server`` "": the embedded index)."""
    before, _, rest = (SHIPPED / "settings.yaml").read_text("utf-8").partition("\nsearch:\n")
    channels = rest.partition("\nchannels:\n")[2]
    key = "  api_key: ${TINGXUE_SEARCH_KEY}\n" if "TINGXUE_SEARCH_KEY" in environ else ""
    search = f"\nsearch:\n  kind: elastic\n  url: {server}\n  prefix: {prefix}\n{key}"
    home.config.mkdir(parents=True, exist_ok=True)
    text = f"{before}\n{search if server else ''}\nchannels:\n{channels}"
    (home.config / "settings.yaml").write_text(text, "utf-8")
    return CliRunner().invoke(
        main, list(words), env={"TINGXUE_HOME": str(home.path), **environ}, catch_exceptions=False
    )


def test_push_says_what_it_writes_and_verify_finds_what_was_changed(
    home: Home, stub: StubKibana
) -> None:
    with Loopback(stub) as kibana:
        where = ("--url", kibana.address)
        first = run(home, "kibana", "push", *where, TINGXUE_KIBANA_KEY="key")
        assert first.exit_code == 0, first.output
        assert "看板 舆情总览（tingxue-overview）：还没有" in first.stdout
        assert "写入 10 项" in first.stdout
        again = run(home, "kibana", "push", *where, TINGXUE_KIBANA_KEY="key")
        assert again.exit_code == 0 and again.stdout == "已一致，没有写入\n"
        stub.boards["tingxue-weekly"]["title"] = "改过了"
        verify = run(home, "kibana", "verify", *where, TINGXUE_KIBANA_KEY="key")
        assert verify.exit_code == 1 and "1 项不同；用 tingxue kibana push 写入" in verify.stdout
        assert "看板 周报（tingxue-weekly）：1 处不同：title" in verify.stdout
        assert stub.boards["tingxue-weekly"]["title"] == "改过了"  # looked, not touched


def test_the_search_servers_key_serves_where_kibana_has_none_of_its_own(
    home: Home, stub: StubKibana
) -> None:
    with Loopback(stub) as kibana:
        done = run(
            home, "kibana", "verify", TINGXUE_SEARCH_KEY="key", TINGXUE_KIBANA_URL=kibana.address
        )
        assert done.exit_code == 1 and "10 项不同" in done.stdout
        wrong = run(
            home, "kibana", "verify", "--url", kibana.address,
            TINGXUE_SEARCH_KEY="key", TINGXUE_KIBANA_KEY="c2VjcmV0",
        )  # fmt: skip
    assert wrong.exit_code == 2 and "不认这个密钥；请检查 TINGXUE_KIBANA_KEY" in wrong.stderr
    assert "c2VjcmV0" not in wrong.output


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("127.0.0.1:5601", "要以 http:// 或 https:// 开头"),
        ("http://elastic:secret@127.0.0.1:5601", "不能写用户名和密码"),
        ("http://kibana.example.org:5601", "http:// 只限本机"),
        ("http://127.0.0.1:9", "连不上 Kibana"),
    ],
)
def test_a_wrong_address_says_what_to_do(home: Home, url: str, said: str) -> None:
    result = run(home, "kibana", "push", "--url", url)
    assert result.exit_code == 2 and said in result.stderr and "secret" not in result.output


def test_without_a_search_server_there_is_nothing_to_show(home: Home, tmp_path: Path) -> None:
    result = run(home, "kibana", "export", "--to", str(tmp_path / "out"), server="")
    assert result.exit_code == 2 and "search.kind 改为 elastic" in result.stderr
    assert not (tmp_path / "out").exists()


def test_what_is_exported_is_what_would_be_pushed(
    home: Home, stub: StubKibana, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    assert run(home, "kibana", "export", "--to", str(folder)).exit_code == 0
    made = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.iterdir()}
    assert len(made) == 10
    boards = {name: body for name, body in made.items() if name.startswith("dashboard-")}
    assert [refusals(body) for body in boards.values()] == [[]] * 5
    with Loopback(stub) as kibana:
        run(home, "kibana", "push", "--url", kibana.address, TINGXUE_KIBANA_KEY="key")
        sent = {one.path: json.loads(one.body) for one in kibana.seen if one.method == "PUT"}
    assert sent == {f"/api/dashboards/{name.removeprefix('dashboard-')}": body
                    for name, body in boards.items()}  # fmt: skip


def test_a_drills_boards_say_so(home: Home, tmp_path: Path) -> None:
    home.mark_drill()
    run(home, "kibana", "export", "--to", str(tmp_path / "out"), prefix="drill-")
    body = json.loads((tmp_path / "out" / "dashboard-drill-overview.json").read_text("utf-8"))
    assert body["title"] == "【演练】舆情总览"
    assert "(drill: true)" in body["panels"][0]["config"]["query"]["expression"]


@pytest.fixture
def prefix(elasticsearch_url: str) -> Iterator[str]:
    prefix = f"test-{uuid4().hex[:12]}-"
    yield prefix
    with Elasticsearch(elasticsearch_url) as client:
        for name in client.indices.get(index=f"{prefix}*").body:
            client.indices.delete(index=name)


@pytest.mark.full
def test_the_preview_shows_the_index_masked_and_escaped(
    home: Home, elasticsearch_url: str, prefix: str, tmp_path: Path
) -> None:
    path = tmp_path / "工单.csv"
    path.write_text(WORKSHEET, "gb18030")
    assert run(home, "import", str(path), server=elasticsearch_url, prefix=prefix).exit_code == 0
    with Elasticsearch(elasticsearch_url) as client:
        client.indices.refresh(index=f"{prefix}*")  # a preview only reads: it waits for a second
    done = run(home, "kibana", "preview", "--to", str(tmp_path / "pages"),
               server=elasticsearch_url, prefix=prefix)  # fmt: skip
    assert done.exit_code == 0, done.output
    overview = (tmp_path / "pages" / f"{prefix}overview.html").read_text("utf-8")
    assert overview.count('class="number "') + overview.count('class="number warn"') >= 2
    assert "拒载" in overview and "12345热线" in overview
    event = (tmp_path / "pages" / f"{prefix}event.html").read_text("utf-8")
    assert "收费&gt;100元 &amp; 拒载" in event and "13812345678" not in event
    assert "案件编号：<b>LHS-" in event


@pytest.mark.full
def test_a_preview_without_an_index_says_what_to_do(
    home: Home, elasticsearch_url: str, tmp_path: Path
) -> None:
    done = run(home, "kibana", "preview", "--to", str(tmp_path / "pages"),
               server=elasticsearch_url, prefix=f"none-{uuid4().hex[:8]}-")  # fmt: skip
    assert done.exit_code == 2 and "请运行 tingxue index rebuild" in done.stderr
    assert not (tmp_path / "pages").exists()
