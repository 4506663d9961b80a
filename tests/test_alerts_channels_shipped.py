"""What is said of the channels is so: every option documented, every example usable, every error
answer recorded.
"""

import inspect
import json
import re
from pathlib import Path

import pytest
from contracts.channel_contract import NOW
from contracts.posting_contract import recorded
from fakes import FakeClock

import alerts.channels
from alerts.deadlines import SEND_SECONDS
from alerts.dispatcher import dispatch
from config.loader import SHIPPED, load
from domain import plugins
from domain.plan import ChannelSpec

ROOT = Path(__file__).parents[1]
KINDS = plugins.names(alerts.channels)
POSTING = ("aliyun_sms", "dingtalk", "feishu", "webhook", "wecom", "wecom_app")
_EXAMPLE = re.compile(r"^  # ( *[a-z_]+:.*)$")


def _examples(folder: Path) -> dict[str, ChannelSpec]:
    """The shipped settings with every commented channel switched on."""
    lines = (SHIPPED / "settings.yaml").read_text("utf-8").splitlines()
    start = lines.index("channels:")
    shown = [_EXAMPLE.sub(r"  \1", line) for line in lines[start:]]
    text = "\n".join([*lines[:start], *shown]) + "\n"
    folder.mkdir(exist_ok=True)
    (folder / "settings.yaml").write_text(text, "utf-8")
    variables = dict.fromkeys(re.findall(r"\$\{(TINGXUE_\w+)\}", text), "planted-secret-0001")
    variables["TINGXUE_DUTY_PHONE"] = "13800001111"
    return dict(load(environ=variables, overrides=folder).channels)


def test_every_example_of_the_shipped_settings_makes_a_channel(tmp_path: Path) -> None:
    examples = _examples(tmp_path / "config")
    assert {spec.kind for spec in examples.values()} == set(KINDS)
    for spec in examples.values():
        plugin = plugins.load(alerts.channels, spec.kind)
        assert plugin.channel(spec, home=tmp_path, clock=FakeClock(NOW))


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_is_in_the_docs_and_none_is_invented(kind: str) -> None:
    page = (ROOT / "docs" / "channels.md").read_text("utf-8")
    shared = set(re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page, re.M))
    common = {name for cell in shared for name in re.findall(r"\w+", cell)} - set(KINDS)
    [row] = [line for line in page.split("## The kinds")[1].splitlines() if f"| `{kind}` |" in line]
    named = set(re.findall(r"`([a-z_]+)`", row.split("|", 2)[2]))
    options = set(plugins.load(alerts.channels, kind).OPTIONS)
    assert options <= named | common
    assert named <= options


def test_a_send_ends_before_its_lease_does() -> None:
    lease = inspect.signature(dispatch).parameters["lease_seconds"].default
    assert SEND_SECONDS + 2 < lease


def test_more_than_sixty_error_answers_are_recorded_and_none_twice() -> None:
    errors = [
        (kind, row["status"], row["body"], str(row["headers"]))
        for kind in (*POSTING, "http")
        for row in recorded(kind)
        if row["outcome"] != "ok"
    ]
    assert len(errors) == len(set(errors)) >= 160


@pytest.mark.parametrize("kind", POSTING)
def test_every_code_that_a_channel_knows_has_a_recorded_answer(kind: str) -> None:
    codes = getattr(plugins.load(alerts.channels, kind), "CODES", None)
    if codes is None:
        assert kind == "webhook"
        return
    bodies = "\n".join(str(row["body"]).replace(": ", ":") for row in recorded(kind))
    known = {*codes.retry, *codes.meaning}
    field = codes.fields[0]
    assert [one for one in known if f'"{field}":{json.dumps(one)}' not in bodies] == []
