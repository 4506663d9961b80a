"""What goes wrong between us and a search server, played by a stub: every machine runs these."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from contracts.search_contract import a_doc
from elasticworld import opened

from domain.errors import SearchUnavailable
from domain.search import SearchQuery
from index.elastic import ElasticIndex

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
Answer = Callable[[str, str], tuple[int, dict[str, Any]]]


@contextmanager
def server(answer: Answer, *, product: bool = True) -> Iterator[str]:
    """A server that answers so to (method, path); its address."""

    class Handler(BaseHTTPRequestHandler):
        def _go(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status, said = answer(self.command, self.path)
            data = json.dumps(said).encode()
            self.send_response(status)
            if product:
                self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header(
                "content-type", "application/vnd.elasticsearch+json; compatible-with=9"
            )
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _go

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_address[1]}"
        finally:
            http.shutdown()
            thread.join()


@contextmanager
def index_at(url: str, seconds: float = 5) -> Iterator[ElasticIndex]:
    index = opened(url, "test-", lambda: NOW, seconds)
    try:
        yield index
    finally:
        index.close()


def error(kind: str) -> dict[str, Any]:
    return {"error": {"type": kind, "reason": "because"}}


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, "security_exception", "不认这个密钥；请检查 settings.yaml 的 search.api_key"),
        (403, "security_exception", "没有权限；请管理员核对"),
        (429, "cluster_block_exception", "只读（磁盘可能快满了）；请清理磁盘"),
        (429, "circuit_breaking_exception", "正忙或不完整；稍后自动重试"),
        (503, "no_shard_available_action_exception", "正忙或不完整；稍后自动重试"),
        (400, "media_type_header_exception", "需要 Elasticsearch 9"),
        (406, "", "需要 Elasticsearch 9"),
        (500, "null_pointer_exception", "出错（500 null_pointer_exception）"),
    ],
)
def test_what_the_server_says_is_said_in_chinese(status: int, kind: str, said: str) -> None:
    with server(lambda _method, _path: (status, error(kind))) as url, index_at(url) as index:
        for act in (lambda: index.search(SearchQuery()), lambda: index.upsert([a_doc("雪")])):
            with pytest.raises(SearchUnavailable) as caught:
                act()
            assert said in str(caught.value)


def test_something_else_than_elasticsearch_is_called_so() -> None:
    with (
        server(lambda _method, _path: (200, {}), product=False) as url,
        index_at(url) as index,
        pytest.raises(SearchUnavailable, match="不是 Elasticsearch；请检查"),
    ):
        index.search(SearchQuery())


def test_nobody_there_is_said_so() -> None:
    with (
        index_at("http://127.0.0.1:9") as index,
        pytest.raises(SearchUnavailable, match="连不上检索服务器；请检查"),
    ):
        index.search(SearchQuery())


def test_a_server_that_does_not_answer_is_left_in_time() -> None:
    let_go = threading.Event()

    def slowly(_method: str, _path: str) -> tuple[int, dict[str, Any]]:
        let_go.wait(30)
        return 200, {}

    with server(slowly) as url, index_at(url, seconds=0.3) as index:
        with pytest.raises(SearchUnavailable, match="没有按时回答"):
            index.upsert([a_doc("雪")])
        let_go.set()


def test_items_that_a_busy_server_turned_away_are_given_again() -> None:
    asked: list[str] = []

    def busy_twice(method: str, path: str) -> tuple[int, dict[str, Any]]:
        if path.startswith("/_bulk"):
            asked.append(path)
            if len(asked) < 3:
                turned = {"status": 429, "error": {"type": "es_rejected_execution_exception"}}
            else:
                turned = {"status": 201, "result": "created"}
            return 200, {"errors": True, "items": [{"index": {"_id": "1", **turned}}]}
        if "state" in path:
            source = {"generation": 1, "holder": "", "until": None}
            return 200, {"found": True, "_source": source, "_seq_no": 0, "_primary_term": 1}
        return 200, {}

    with server(busy_twice) as url, index_at(url) as index:
        assert index.upsert([a_doc("雪")]) == ()
    assert len(asked) == 3
