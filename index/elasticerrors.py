"""What the server or the network says against us, in Chinese and with what to do next.

Everything of that kind leaves the room as SearchUnavailable; no key and no document is quoted.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from elastic_transport import ConnectionTimeout, SerializationError, TlsError, TransportError
from elasticsearch import ApiError, UnsupportedProductError

from domain.errors import SearchUnavailable

REBUILD = "请运行 tingxue index rebuild"
BLOCK = "cluster_block_exception"
BLOCKED = "检索服务器只读（磁盘可能快满了）；请清理磁盘，积压的会自动补上"
BUSY = "检索服务器正忙或不完整；稍后自动重试"
GONE = f"还没有检索库；{REBUILD}"
_BY_STATUS = {
    400: "检索服务器不接受请求",
    401: "检索服务器不认这个密钥；请检查 settings.yaml 的 search.api_key 和它的环境变量",
    403: "这个密钥没有权限；请管理员核对检索服务器上的角色",
    404: GONE,
    406: "检索服务器的版本不对，需要 Elasticsearch 9；请检查 settings.yaml 的 search.url",
}


@contextmanager
def explained() -> Iterator[None]:
    """Every error of the client comes out as SearchUnavailable."""
    try:
        yield
    except UnsupportedProductError as error:
        raise SearchUnavailable(
            "search.url 上的不是 Elasticsearch；请检查 settings.yaml"
        ) from error
    except ApiError as error:
        raise SearchUnavailable(answered(error.status_code, str(error.error))) from error
    except ConnectionTimeout as error:
        raise SearchUnavailable(
            "检索服务器没有按时回答；积压的会自动补上，一直如此请检查服务器"
        ) from error
    except TlsError as error:
        raise SearchUnavailable(
            "检索服务器的证书不可信；请检查 settings.yaml 的 search.ca_file"
        ) from error
    except (TransportError, SerializationError) as error:
        raise SearchUnavailable(
            "连不上检索服务器；请检查服务器和 settings.yaml 的 search.url，积压的会自动补上"
        ) from error


def answered(status: int, kind: str) -> str:
    """What an error of that status and type means here."""
    if kind == BLOCK:
        return BLOCKED
    if kind == "media_type_header_exception":
        return _BY_STATUS[406]
    if kind == "search_context_missing_exception":
        return "检索库刚被重建；请重新查询"
    if status in (429, 502, 503, 504):
        return BUSY
    return f"{_BY_STATUS.get(status, '检索服务器出错')}（{status} {kind}）"
