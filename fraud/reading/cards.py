"""Answers of card networks: the one-letter codes of AVS and CVV, and the words that some gateways use instead.

AVS letters as Visa, Mastercard and American Express publish them. X, Y, D, F, M: street and postcode match; A, B: street alone;
W, Z, P: postcode alone; N: neither. Every other letter says that the issuer did not or could not check, which is neutral.
"""

_STREET = {**dict.fromkeys(("X", "Y", "D", "F", "M", "A", "B"), True), **dict.fromkeys(("W", "Z", "N"), False)}
_POSTCODE = {**dict.fromkeys(("X", "Y", "D", "F", "M", "W", "Z", "P"), True), **dict.fromkeys(("A", "N"), False)}
_CVV = {"M": True, "N": False}
_WORDS = {"pass": True, "match": True, "matched": True, "fail": False, "failed": False, "no_match": False, "mismatch": False}


def avs_street(code: str) -> bool | None:
    return _STREET.get(code.upper(), _WORDS.get(code.casefold()))


def avs_postcode(code: str) -> bool | None:
    return _POSTCODE.get(code.upper(), _WORDS.get(code.casefold()))


def cvv(code: str) -> bool | None:
    return _CVV.get(code.upper(), _WORDS.get(code.casefold()))
