"""Check digits and dates: what tells a real identity or card number from any other long number."""

from __future__ import annotations

from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10x98765432"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_USCC_ALPHABET = "0123456789abcdefghjklmnpqrtuwxy"
_USCC_WEIGHTS = tuple(pow(3, power, 31) for power in range(17))
_REGIONS = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91".split()
)


def has_region(number: str) -> bool:
    """Say whether the number begins with the code of a province."""
    return number[:2] in _REGIONS


def has_date(digits: str, century: str = "") -> bool:
    """Say whether ``YYYYMMDD`` (``YYMMDD`` with a *century*) is a day that exists."""
    written = century + digits
    try:
        date(int(written[:4]), int(written[4:6]), int(written[6:8]))
    except ValueError:
        return False
    return written[:2] in ("18", "19", "20")


def id18_holds(number: str) -> bool:
    """Say whether the last of 18 lower-case characters is the check of the others (GB 11643, mod 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return _ID_CHECK[total % 11] == number[17]


def luhn_holds(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def organisation_holds(digits: str) -> bool:
    """Say whether the last of nine digits is the check of the others (GB 11714), as inside an organisation's code."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ORGANISATION_WEIGHTS, strict=False))
    return str((11 - total % 11) % 11) == digits[8]


def uscc_holds(code: str) -> bool:
    """Say whether 18 lower-case characters are an organisation's code (GB 32100, mod 31)."""
    values = [_USCC_ALPHABET.find(one) for one in code]
    if -1 in values:
        return False
    total = sum(value * weight for value, weight in zip(values, _USCC_WEIGHTS, strict=False))
    return (31 - total % 31) % 31 == values[17]
