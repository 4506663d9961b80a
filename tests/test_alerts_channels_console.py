"""The console channel, on the contract and on terminals that cannot show everything."""

import io
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from contracts.channel_contract import NOW, ChannelContract, Stand, a_delivery
from fakes import FakeClock

from alerts.channels import console
from domain.errors import ConfigError
from domain.plan import ChannelSpec
from domain.ports import Channel


def _make(options: Mapping[str, str]) -> Channel:
    spec = ChannelSpec(name="tested", kind="console", options=options)
    return console.channel(spec, home=Path("unused"), clock=FakeClock(NOW))


@dataclass(frozen=True)
class _Terminal(Channel):
    """A console on a terminal of its own, whatever the test process has."""

    channel: Channel
    stream: io.TextIOBase

    def send(self, delivery):  # type: ignore[no-untyped-def]
        real, sys.stderr = sys.stderr, self.stream  # type: ignore[assignment]
        try:
            return self.channel.send(delivery)
        finally:
            sys.stderr = real


class _Broken(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


def _closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


class TestConsole(ChannelContract):
    @pytest.fixture
    def stand(self, capsys: pytest.CaptureFixture[str]) -> Iterator[Stand]:
        shown: list[str] = []

        def received() -> list[str]:
            shown.append(capsys.readouterr().err)
            blocks = "".join(shown).split("11月23日 14:00 → ")
            return blocks[1:]

        yield Stand(
            module=console, make=_make, options={"stream": "stderr"}, required=(),
            received=received,
            failing={
                "broken pipe": (_Terminal(_make({}), _Broken()), {"unknown"}),
                "closed": (_Terminal(_make({}), _closed()), {"dead"}),
            },
        )  # fmt: skip


def test_stdout_is_left_to_results_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    _make({}).send(a_delivery())
    assert capsys.readouterr().out == ""
    _make({"stream": "stdout"}).send(a_delivery())
    assert "→ 住建局｜【橙色】新投诉：拒载" in capsys.readouterr().out


def test_a_terminal_without_chinese_shows_question_marks() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    assert _Terminal(_make({}), stream).send(a_delivery()).outcome == "ok"
    assert b"LHS-1" in raw.getvalue()


@pytest.mark.parametrize("options", [{"stream": "printer"}, {"colour": "red"}])
def test_a_wrong_option_is_refused_by_name(options: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        _make(options)


def test_a_message_is_one_line_when_only_titles_are_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _make({"show": "title"}).send(a_delivery())
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(ConfigError, match="show"):
        _make({"show": "all"})
