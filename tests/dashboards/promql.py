"""As much of PromQL as a checker needs: which metrics a query names, by which labels and values. Prometheus itself parses."""

import re
from typing import NamedTuple

WORDS = {
    "and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "start", "end", "inf", "nan",
}
_STRING = r'"(?:[^"\\]|\\.)*"'
# A string on its own, such as label_replace is given, is no name.
_SELECTOR = re.compile(rf"{_STRING}|([a-zA-Z_:][\w:]*)\s*(\{{(?:{_STRING}|[^}}\"])*\}})?")
_MATCHER = re.compile(rf"(\w+)\s*(=~|!~|!=|=)\s*({_STRING})")
_LABELS = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")


class Selector(NamedTuple):
    """A metric, and what is asked of its labels: (label, operator, value)."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]


def selectors(expr: str) -> list[Selector]:
    """What a query selects."""
    bare = _LABELS.sub(" ", re.sub(r"\[[^\]]*\]", " ", expr))
    found = []
    for match in _SELECTOR.finditer(re.sub(r"\boffset\s+\w+", " ", bare)):
        name, braces = match.groups()
        follows = bare_at(match)
        if name is None or name.lower() in WORDS or follows == "(" or match.start() and match.string[match.start() - 1].isdigit():
            continue
        matchers = tuple((label, op, value[1:-1]) for label, op, value in _MATCHER.findall(braces or ""))
        found.append(Selector(name, matchers))
    return found


def bare_at(match: re.Match) -> str:
    """The first character after a match that is no space."""
    return match.string[match.end():].lstrip()[:1]


def values(matcher: tuple[str, str, str]) -> list[str]:
    """The values that a matcher names one by one; none if it is a pattern or a negation."""
    _, operator, value = matcher
    if operator == "=":
        return [value]
    if operator == "=~" and re.fullmatch(r"[\w/. -]+(\|[\w/. -]+)*", value) and ".*" not in value:
        return value.split("|")
    return []
