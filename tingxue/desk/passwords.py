"""Passwords and one-time codes: how they are made, judged and checked.

One check takes 19 MiB and some 30 ms; at most two run at once, so that a flood of attempts leaves
the machine to the rest.
"""

import hashlib
import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import BadForm

SHORTEST, LONGEST = 12, 200
_AT_ONCE = BoundedSemaphore(2)
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5cyBzYWx0IQ$gkn8Nkkzuv6gAZqoNs6p8gnWGIwgW8JPCHGWVr8GQYU"
)
"""Checked where there is no account, so that this takes as long as a wrong password."""
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_GROUPS, _GROUP = 4, 4
_FEWEST_SIGNS = 6
_USUAL = (
    "123456", "password", "qwerty", "qazwsx", "1q2w3e", "abc123", "admin", "iloveyou", "woaini",
    "letmein", "welcome", "tingxue", "zhishou", "5201314", "111111", "666666", "888888", "asdfgh",
    "zxcvbn", "monkey", "dragon", "lianhuashan", "changchun",
)  # fmt: skip
"""What guessers try first; a password may hold one, but must be long enough without it."""


def made(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def right(kept: str, password: str) -> bool:
    """Whether it is the password; ``kept`` "" is nobody's, and takes as long."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _NOBODYS, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def check(password: str, name: str) -> None:
    """Raises BadForm, in Chinese, for one that is too easy to guess."""
    if len(password) < SHORTEST:
        raise BadForm(f"密码至少 {SHORTEST} 个字符，建议用几个不相干的词连起来")
    if len(password) > LONGEST:
        raise BadForm(f"密码最多 {LONGEST} 个字符")
    if len(set(password)) < _FEWEST_SIGNS:
        raise BadForm("密码里重复的字符太多，请换一个")
    rest = password.lower()
    for usual in (*_USUAL, name.lower()):
        rest = rest.replace(usual, "")
    if len(rest) < SHORTEST // 2:
        raise BadForm("这个密码太常见或含有您的名字，容易被猜到，请换一个")


def code() -> str:
    """A one-time code, easy to read aloud: ``K7QM-3XRA-9DTP-HW5F``."""
    groups = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_CODE_GROUPS)
    )
    return "-".join(groups)


def kept_of_code(given: str) -> str:
    """What is kept of a code, however it was typed."""
    plain = "".join(sign for sign in given.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
