"""Reads one config file and remembers on which line every value stands.

Every scalar stays text here, as if quoted: a phone ``0431`` keeps its zero, ``17:00`` is not the
number 1020, ``是`` is no boolean. The models in ``config.models`` say what each value must be.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from domain.errors import ConfigError

Where = tuple[str | int, ...]
"""Path of a value inside a file: keys and list positions (from 0), outermost first."""

# libyaml where PyYAML was built with it: ten times faster on a long roster, the same content
_LOADER = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
_CONTROL = re.compile(
    "[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
)
_ENTRY = re.compile(r"(?P<word>[^\s#]+) (?P<freq>[1-9]\d*) (?P<tag>[a-z]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file as plain dicts, lists and strings. ``lines``: 1-based line of every path in it."""

    file: str
    data: object
    lines: Mapping[Where, int]

    def error(self, where: Where, reason: str) -> ConfigError:
        """A ConfigError at this path; a path that is not in the file takes its parent's line."""
        known = where
        while known not in self.lines:
            known = known[:-1]
        return ConfigError(file=self.file, key=dotted(where), line=self.lines[known], reason=reason)


def dotted(where: Where) -> str:
    """``("a", 2, "b")`` -> ``a[2].b``; the whole file is ``*``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return text.removeprefix(".") or "*"


def read_yaml(path: Path) -> Document:
    """The file's content. Raises ConfigError: no file, not UTF-8, empty, bad YAML, a key twice."""
    text = _text(path)
    if strange := _CONTROL.search(text):
        line = text.count("\n", 0, strange.start()) + 1
        reason = "有看不见的控制字符，请删掉这一行重新输入"
        raise ConfigError(file=path.name, key="*", line=line, reason=reason)
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _syntax(path.name, error, last=text.count("\n")) from None
    if root is None:
        raise ConfigError(file=path.name, key="*", line=1, reason="文件是空的")
    lines: dict[Where, int] = {(): root.start_mark.line + 1}
    data = _plain(root, (), _Walk(path.name, lines, set()))
    return Document(file=path.name, data=data, lines=lines)


def _syntax(file: str, error: yaml.MarkedYAMLError, last: int) -> ConfigError:
    """In the parser's words, without its snippet and the names it quotes: either may be a secret.
    ``last``: number of the last line, from 0."""
    problem = re.sub("'[^']{2,}'", "…", error.problem or "")
    mark, context = error.problem_mark, error.context_mark
    # an open quote or bracket is noticed at the end of the file; where it was opened helps more
    if context is not None and (mark is None or mark.line >= last):
        mark = context
    reason = f"YAML 写法有误（{problem}）；常见原因：缩进不齐、冒号后少空格、引号没有配对"
    return ConfigError(file=file, key="*", line=1 if mark is None else mark.line + 1, reason=reason)


def read_words(path: Path) -> tuple[str, ...]:
    """The words of a jieba user dictionary (``word frequency tag``, one per line), in order.

    Raises ConfigError for a line of another shape and for a word written twice. The key of the
    error is the line's text: jieba itself would take such a line, comment or not, for a word.
    """
    seen: dict[str, int] = {}
    for number, line in _numbered(path):
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            reason = "每行应为「词 词频 词性」，用一个空格隔开，例如：天定山 2000 ns；不能写注释"
            raise ConfigError(file=path.name, key=line, line=number, reason=reason)
        word = entry["word"]
        if word in seen:
            reason = f"这个词在第 {seen[word]} 行已经写过"
            raise ConfigError(file=path.name, key=word, line=number, reason=reason)
        seen[word] = number
    if not seen:
        raise ConfigError(file=path.name, key="*", line=1, reason="文件是空的")
    return tuple(seen)


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if line.strip():
            yield number, line.strip()


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except FileNotFoundError:
        line, reason = None, "找不到这个配置文件"
    except OSError as error:
        line, reason = None, f"读不了这个文件（{error.strerror}）"
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reason = "不是 UTF-8 编码；请用 UTF-8 另存"
    raise ConfigError(file=path.name, key="*", line=line, reason=reason)


@dataclass(frozen=True, slots=True)
class _Walk:
    """What is carried along while one file is turned into plain values."""

    file: str
    lines: dict[Where, int]
    seen: set[int]


def _plain(node: yaml.Node, where: Where, walk: _Walk) -> object:
    if id(node) in walk.seen:
        reason = "不支持 YAML 的锚点和引用（& 和 *），请直接写出内容"
        # the node carries the line of the anchor it repeats; the key has its own
        raise ConfigError(file=walk.file, key=dotted(where), line=walk.lines[where], reason=reason)
    walk.seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, where, walk)
    if isinstance(node, yaml.SequenceNode):
        return [_item(child, (*where, place), walk) for place, child in enumerate(node.value)]
    return str(node.value)


def _item(node: yaml.Node, where: Where, walk: _Walk) -> object:
    walk.lines[where] = node.start_mark.line + 1
    return _plain(node, where, walk)


def _mapping(node: yaml.MappingNode, where: Where, walk: _Walk) -> dict[str, object]:
    result: dict[str, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _at(key_node, where, walk, "键必须是一个词")
        here = (*where, str(key_node.value))
        if key_node.value in result:
            raise _at(key_node, here, walk, f"这个键在第 {walk.lines[here]} 行已经写过")
        walk.lines[here] = key_node.start_mark.line + 1
        result[str(key_node.value)] = _plain(value_node, here, walk)
    return result


def _at(node: yaml.Node, where: Where, walk: _Walk, reason: str) -> ConfigError:
    line = node.start_mark.line + 1
    return ConfigError(file=walk.file, key=dotted(where), line=line, reason=reason)
