"""Sends alerts through elastalert2's or apprise's 企业微信 sender, for ``bench/faults.py``.

    python bench/_senders.py elastalert2|apprise URL COUNT ROUNDS

Imports nothing of ours, so it runs under any Python that has the extra ``bench``. Each alert is
tried until the sender says that it was sent, at most ROUNDS times: what elastalert2 itself does
with an alert that raised, and what a careful caller would do with apprise's False. Prints, as JSON,
the numbers of those that it says were sent.
"""

import json
import sys
from collections.abc import Callable

Send = Callable[[str], bool]


def elastalert2(url: str) -> Send:
    """Success is what does not raise."""
    from elastalert.alerters.workwechat import WorkWechatAlerter
    from elastalert.util import EAException

    rule = {"name": "bench", "type": "any", "alert_text_type": "alert_text_only",
            "alert_text": "", "work_wechat_bot_id": "bench"}  # fmt: skip
    alerter = WorkWechatAlerter(rule)
    alerter.work_wechat_webhook_url = url

    def send(text: str) -> bool:
        alerter.rule["alert_text"] = text
        try:
            alerter.alert([{"message": text}])
        except EAException:
            return False
        return True

    return send


def apprise(url: str) -> Send:
    """Success is what it returns."""
    from apprise.plugins.wecombot import NotifyWeComBot

    bot = NotifyWeComBot(key="bench")
    bot.api_url = url
    bot.request_rate_per_sec = 0  # its pause of five seconds between two messages
    return lambda text: bool(bot.notify(body=text))


def main(sender: str, url: str, count: int, rounds: int) -> None:
    send = {"elastalert2": elastalert2, "apprise": apprise}[sender](url)
    sent: set[int] = set()
    for _ in range(rounds):
        for number in range(count):
            if number not in sent and send(f"ID={number}.0; 第 {number} 条"):
                sent.add(number)
    json.dump(sorted(sent), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
