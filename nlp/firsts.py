"""Makes a search for a pattern fast where it finds nothing, as most searches do.

`re` tries every alternative of a pattern at every character; but over characters that are not in
one set at the pattern's very beginning it runs at once. So a pattern is asked for behind the set of
characters that a match can begin with.
"""

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_REFERENCE = re.compile(r"\\[1-9]|\(\?P=|\(\?\(")
_ZERO_WIDTH = {codes.AT, codes.ASSERT, codes.ASSERT_NOT}


def anywhere(pattern: str) -> str:
    """A pattern that is found in a text if, and only if, the given one is; not at the same place
    and without its groups. The same pattern if its matches may begin with anything, or if it refers
    to one of its groups, which re allows in no look-behind."""
    firsts = None if _REFERENCE.search(pattern) else _of_sequence(parser.parse(pattern))
    if firsts is None:
        return pattern
    return f"[{''.join(sorted(firsts))}](?<=(?={pattern})(?s:.))"


def _of_sequence(items: Any) -> set[str] | None:
    """The characters, as written in [...], of which every match begins with one; None if that is
    not known or a match may be empty."""
    found: set[str] = set()
    for operation, argument in items:
        if operation in _ZERO_WIDTH:
            continue
        own = _of_part(operation, argument)
        if own is None:
            return None
        found |= own
        if not _may_be_empty(operation, argument):
            return found
    return None


def _of_part(operation: Any, argument: Any) -> set[str] | None:
    if operation is codes.LITERAL:
        return {re.escape(chr(argument))}
    if operation is codes.SUBPATTERN:
        return _of_alternatives([argument[3]])
    if operation is codes.BRANCH:
        return _of_alternatives(argument[1])
    if operation in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
        return _of_alternatives([argument[2]])
    return _of_set(argument) if operation is codes.IN else None


def _of_alternatives(ways: Any) -> set[str] | None:
    found: set[str] = set()
    for way in ways:
        own = _of_sequence(way)
        if own is None:
            return None
        found |= own
    return found


def _may_be_empty(operation: Any, argument: Any) -> bool:
    return operation in {codes.MAX_REPEAT, codes.MIN_REPEAT} and argument[0] == 0


def _of_set(items: Any) -> set[str] | None:
    found: set[str] = set()
    for kind, value in items:
        if kind is codes.LITERAL:
            found.add(re.escape(chr(value)))
        elif kind is codes.RANGE:
            found.add(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        elif kind is codes.CATEGORY and value is codes.CATEGORY_DIGIT:
            found.add(r"\d")
        else:
            return None
    return found
