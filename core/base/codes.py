"""Chinese identity codes (plan 3.7): GB 32100 for organisations, GB 11643 for persons. Each returns what is wrong, or None."""

from __future__ import annotations

from datetime import date

from core.base.say import Say

USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def uscc_problem(code: str) -> Say | None:
    """统一社会信用代码: 18 characters, check digit mod 31.

    >>> uscc_problem("91000000MA0000001R") is None
    True
    """
    code = code.upper()
    if len(code) != 18 or any(c not in USCC for c in code):
        return Say("统一社会信用代码应为18位数字和大写字母（不含 I、O、S、V、Z）")
    total = sum(USCC.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    if USCC[(31 - total % 31) % 31] != code[17]:
        return Say("统一社会信用代码校验位不符，请核对")
    return None


def id_number_problem(number: str) -> Say | None:
    """公民身份号码: 18 characters, real birth date, check digit. Unknown region prefixes stay valid (old divisions).

    >>> id_number_problem("11010519491231002X") is None
    True
    """
    number = number.upper()
    if len(number) != 18 or not number[:17].isdecimal():
        return Say("身份证号应为18位")
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Say("身份证号中的出生日期不存在，请核对")
    check = "10X98765432"[sum(int(c) * w for c, w in zip(number, ID_WEIGHTS, strict=False)) % 11]
    return None if check == number[17] else Say("身份证号校验位不符，请核对")
