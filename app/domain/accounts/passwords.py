"""Passwords: kept as argon2 hashes, and refused where somebody could guess them."""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l

from app.domain.errors import Invalid
from app.domain.folding import fold
from app.extensions import argon2_memory_kib

SHORTEST: Final = 10
LONGEST: Final = 200
STRONG_ENOUGH: Final = 3  # of 4: beyond some hundred million guesses
_MEASURED: Final = 72  # characters that zxcvbn looks at
# What people here choose first, without marks. zxcvbn knows the English ones.
_COMMON: Final = """
    matkhau mat khau matkhaucuatoi khongbiet khongnho khongcomatkhau anhyeuem emyeuanh yeuem yeuanh yeunhau
    iloveyou conyeume conyeubo giadinh giadinhtoi hanhphuc maimai mainho mottinhyeu tinhyeu nguoiyeu vochong
    conyeu bena bengoan xinchao chaoban camon tambiet vietnam vietnamvodich hanoi hanoimuathu thudo saigon
    haiphong danang hanoipho nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly nguyenvan
    tranvan levan phamvan thi van anh minh tuan hung dung cuong thang long hieu nam linh huong lan mai hoa thao
    trang hang nga phuong thuy ngoc quynh motbahai mothaiba mothaibabon khongmothaiba congan ubnd quan huyen
    canbo lanhdao quantri dieuphoi giamsat hoiam phananh ihanoi dichvucong zalo facebook viettel vinaphone
    mobifone maitinhyeu hoconyeu sinhnhat namsinh quehuong tuoitho doraemon songoku bongda hoanganhgialai
    congphuong parksanghseo ronaldo messi
"""


def hash_password(password: str) -> str:
    """The argon2id hash to keep. Slow on purpose: call it outside a unit of work."""
    return _hasher(argon2_memory_kib()).hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Does the password fit? Where nothing is kept it takes as long, and is False."""
    hasher = _hasher(argon2_memory_kib())
    try:
        return hasher.verify(kept or _nobodys(argon2_memory_kib()), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Was it hashed with other settings than today's?"""
    return _hasher(argon2_memory_kib()).check_needs_rehash(kept)


def check(password: str, *, about: tuple[str, ...] = (), field: str = "password") -> None:
    """Refuse what could be guessed. `about` are the person's name and address. Raises Invalid, saying what helps."""
    if len(password) < SHORTEST:
        raise Invalid(_l("Use at least %(n)s characters. A few words in a row are fine.", n=SHORTEST), field=field)
    if len(password) > LONGEST:
        raise Invalid(_l("At most %(max)d characters.", max=LONGEST), field=field)
    from zxcvbn import zxcvbn  # its lists of words take 12 MB, which only a process that is asked this needs

    known = [part for text in about for part in (fold(text).replace(" ", ""), *fold(text).split()) if len(part) > 2]
    # zxcvbn knows words without marks; a Vietnamese word with them is guessed as easily
    bare = fold(password[:_MEASURED]).replace(" ", "") or password[:_MEASURED]
    scores = [zxcvbn(text, user_inputs=[*_COMMON.split(), *known])["score"] for text in {password[:_MEASURED], bare}]
    if min(scores) < STRONG_ENOUGH:
        raise Invalid(
            _l(
                "This password is easy to guess. Put four or five words in a row that do not belong together, "
                "and leave out names, birthdays and 123."
            ),
            field=field,
        )


@cache
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)


@cache
def _nobodys(memory_kib: int) -> str:
    """The hash that is checked when there is no account, so that the answer takes as long."""
    return _hasher(memory_kib).hash("nobody's password")
