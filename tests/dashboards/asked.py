"""What only a Prometheus can say: whether queries parse, give something, and give what legends and columns name."""

import itertools
import json
import math
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from functools import lru_cache

from boards import panels, place, used
from promql import selectors, values

# What Grafana would put in; the rates span everything that a test has sent.
GIVEN = {"__rate_interval": "5m", "__interval": "15s", "__range": "1h"}
# How far back curves are asked for, seconds, and in which steps.
CURVE_SECONDS, STEP_SECONDS = 120, 5
TIMEOUT_SECONDS = 30
# Sets that a city writes (grafana/build/city.toml, deploy/duties.toml) and a test's venue need not fill: their values are not looked for.
OF_A_CITY = {"region", "department"}


class Prometheus:
    """A Prometheus to ask. Answers that cannot change within a check are remembered."""

    def __init__(self, url: str):
        self.url = url.rstrip("/")

    def get(self, path: str, **query: str) -> tuple[object, str | None]:
        """The data of an answer, or the error that Prometheus tells."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)["data"], None
        except urllib.error.HTTPError as error:
            return None, json.load(error).get("error", str(error))

    def series(self, expr: str, instant: bool) -> tuple[list[dict], str | None]:
        """The series of a query; an error if it is none."""
        now = time.time()
        if instant:
            data, error = self.get("query", query=expr, time=str(now))
        else:
            data, error = self.get("query_range", query=expr, start=str(now - CURVE_SECONDS), end=str(now), step=str(STEP_SECONDS))
        if error:
            return [], error
        if data["resultType"] == "scalar":
            return [{"metric": {}, "value": data["result"]}], None
        return data["result"], None

    @lru_cache(maxsize=None)
    def metrics(self) -> frozenset[str]:
        """The names of all metrics."""
        return frozenset(self.get("label/__name__/values")[0])

    @lru_cache(maxsize=None)
    def labels(self, metric: str) -> frozenset[str]:
        """The labels of a metric."""
        return frozenset(self.get("labels", **{"match[]": metric})[0])

    @lru_cache(maxsize=None)
    def label_values(self, metric: str, label: str) -> frozenset[str]:
        """The values of a metric's label."""
        return frozenset(self.get(f"label/{label}/values", **{"match[]": metric})[0])


def faults(name: str, board: dict, prometheus: Prometheus, absent: set[str]) -> Iterator[str]:
    """Everything wrong with the queries of a dashboard. What names a metric of `absent` may be empty."""
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            asked = re.fullmatch(r"label_values\((\w+), *(\w+)\)", variable["query"]["query"])
            if not asked or not (asked[1] in absent or prometheus.label_values(*asked.groups())):
                yield f"NO-VALUES {name}: ${variable['name']} has no values"
    for panel in panels(board):
        for target in panel.get("targets", []):
            where = f"{place(name, panel)} {target['refId']}"
            # The same for each choice of the variables: said once.
            yield from sorted({fault for chosen in _choices(board) for fault in _target(where, panel, target, chosen, prometheus, absent)})


def _choices(board: dict) -> Iterator[dict[str, str]]:
    """Every choice of the variables: each value where one is chosen, all together where several may be."""
    offered = {}
    for variable in board["templating"]["list"]:
        several = variable.get("includeAll")
        offered[variable["name"]] = [variable["allValue"]] if several else [option["value"] for option in variable["options"]]
    for chosen in itertools.product(*offered.values()):
        yield {**GIVEN, **dict(zip(offered, chosen))}


def _target(where: str, panel: dict, target: dict, chosen: dict, prometheus: Prometheus, absent: set[str]) -> Iterator[str]:
    unknown = used(target["expr"]) - chosen.keys()
    if unknown:
        return  # boards.py tells of it
    expr = re.sub(r"\$\{(\w+)\}|\$(\w+)", lambda match: chosen[match[1] or match[2]], target["expr"])
    series, error = prometheus.series(expr, target["instant"])
    if error:
        yield f"ERROR {where}: {error}"
        return
    yield from selected(where, expr, prometheus, absent)
    if absent & {selector.metric for selector in selectors(expr)}:
        return
    if not any(_says_something(one) for one in series):
        yield f"EMPTY {where}: {expr}"
    if series and target.get("format") != "table":
        yield from _legend(where, target["legendFormat"], series)


def _says_something(series: dict) -> bool:
    samples = series.get("values") or [series["value"]]
    return any(not math.isnan(float(value)) for _, value in samples)


def _legend(where: str, legend: str, series: list[dict]) -> Iterator[str]:
    for label in re.findall(r"\{\{ *(\w+) *\}\}", legend):
        if not any(label in one["metric"] for one in series):
            yield f"LEGEND {where}: no series has the label {label}"
    names = [re.sub(r"\{\{ *(\w+) *\}\}", lambda match: one["metric"].get(match[1], ""), legend) for one in series]
    if len(set(names)) < len(names):
        yield f"AMBIGUOUS {where}: {len(names)} series, and two of them are called alike"


def selected(where: str, expr: str, prometheus: Prometheus, absent: set[str]) -> Iterator[str]:
    """Metrics, labels and values that nobody exports. `or 0` would hide them."""
    for metric, matchers in selectors(expr):
        if metric in absent:
            continue
        if metric not in prometheus.metrics():
            yield f"NO-METRIC {where}: {metric}"
            continue
        for matcher in matchers:
            label = matcher[0]
            if label not in prometheus.labels(metric):
                yield f"NO-LABEL {where}: {metric} has no label {label}"
            for value in values(matcher) if label in prometheus.labels(metric) - OF_A_CITY else []:
                if value and value not in prometheus.label_values(metric, label):
                    yield f"NO-VALUE {where}: {metric} has no {label} {value}"


def rule_faults(prometheus: Prometheus, absent: set[str]) -> Iterator[str]:
    """Everything wrong with the rules that a Prometheus has loaded."""
    groups = prometheus.get("rules")[0]["groups"]
    if not groups:
        yield "NO-RULES: Prometheus has loaded no rules"
    for group, rule in ((group, rule) for group in groups for rule in group["rules"]):
        where = f"{group['name']} {rule['name']}"
        if rule["health"] != "ok":
            yield f"RULE {where}: {rule['health']} {rule.get('lastError', '')}"
        yield from selected(where, rule["query"], prometheus, absent)
        rests_on_absent = absent & ({selector.metric for selector in selectors(rule["query"])} | {rule["name"]})
        if rule["type"] == "recording" and not rests_on_absent and not prometheus.series(rule["name"], instant=True)[0]:
            yield f"EMPTY {where}: records nothing"
