"""The test node itself: without it nothing said about Elasticsearch would be proven."""

import pytest
from elasticnode import Missing, Node, java_home
from elasticsearch import Elasticsearch


def test_without_a_jdk_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("JAVA_HOME", f"{tmp_path}/none")
    monkeypatch.setattr("elasticnode.JVMS", tmp_path)
    with pytest.raises(Missing, match="no JDK 21 or newer"):
        java_home()


@pytest.mark.full
@pytest.mark.timeout(300)
def test_what_a_killed_node_acknowledged_is_there_again(own_node: Node) -> None:
    with Elasticsearch(own_node.url, request_timeout=30) as client:
        assert client.info()["version"]["number"].startswith("9.")
        client.index(index="kept", id="1", document={"text": "拒载"})
        own_node.kill()
        own_node.start()
        assert client.get(index="kept", id="1")["_source"] == {"text": "拒载"}


@pytest.mark.full
@pytest.mark.timeout(300)
def test_it_has_the_filters_that_chinese_needs(own_node: Node) -> None:
    with Elasticsearch(own_node.url, request_timeout=30) as client:
        said = client.indices.analyze(
            text="天定山拒载ABC１２", tokenizer="standard",
            filter=["cjk_width", "lowercase", "cjk_bigram"],
        )  # fmt: skip
    assert [token["token"] for token in said["tokens"]] == ["天定", "定山", "山拒", "拒载", "abc12"]
