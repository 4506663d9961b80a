"""Checks an evidence pack with nothing but python3: this file lies in every pack as ``verify.py``.

It imports nothing of this project and nothing that Python does not bring, and writes nothing.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

SUMS, CASE = "SHA256SUMS", "case.json"


def wrong_files(folder: Path) -> list[str]:
    """What is not as SHA256SUMS says: changed, missing, or there without being named."""
    lines = (folder / SUMS).read_text("utf-8").splitlines()
    named = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {SUMS}
    wrong = ["多出文件：" + name for name in sorted(there - set(named))]
    for name, digest in sorted(named.items()):
        if name not in there:
            wrong.append("缺少文件：" + name)
        elif hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            wrong.append("文件被改动：" + name)
    return wrong


def broken_at(events: "list[dict[str, Any]]") -> int:
    """The number of the first event that does not follow from the one before; 0 when all do."""
    prev = ""
    for no, event in enumerate(events, 1):
        said = [
            event["case_id"], event["no"], event["at"], event["actor"], event["role"],
            event["actor_department"], event["action"], event["department"], event["from_state"],
            event["to_state"], event["note"], event["data"],
        ]  # fmt: skip
        body = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        text = (prev + "|" + body).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(text).hexdigest()
        if event["no"] != no or event["prev_hash"] != prev or event["hash"] != digest:
            return no
        prev = digest
    return 0


def problems(folder: Path) -> list[str]:
    """Everything amiss, in Chinese; empty when the pack is as it was made."""
    found = wrong_files(folder)
    case = json.loads((folder / CASE).read_text("utf-8"))
    events = case["events"]
    broken = broken_at(events)
    if broken:
        found.append("经过第 %d 条与校验链不符" % broken)  # noqa: UP031 -- old Pythons too
    if not events or events[-1]["hash"] != case["chain_head"]:
        found.append("经过末条与所记的校验值不符：末尾被删或被换")
    return found


def main() -> int:
    """Say what was found about the folder that this file lies in; 1 when anything is amiss."""
    folder = Path(__file__).resolve().parent
    try:
        found = problems(folder)
        head = json.loads((folder / CASE).read_text("utf-8"))["chain_head"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        found, head = ["证据包不完整，读不出来（%s）" % type(error).__name__], "?"  # noqa: UP031
    for line in found:
        sys.stdout.write(line + "\n")
    if not found:
        sys.stdout.write("完好：文件与清单一致，经过逐条相符。链末校验值 " + head + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
