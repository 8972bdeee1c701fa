"""Seeded mistakes: each is put into a dashboard that is right, and must be told by its code.

    python3 tests/dashboards/test_check.py http://127.0.0.1:9090

Needs the Prometheus that check.py needs. Every code that the checker can tell has a mistake here.
"""

import copy
import re
import sys
from collections.abc import Callable
from pathlib import Path

sys.dont_write_bytecode = True
import asked  # noqa: E402
import check  # noqa: E402

HERE = Path(__file__).parent
NOTHING_ALLOWED = check.Allowed({"metrics": {}, "faults": {}})
# Tested apart: they are about several dashboards, rules, or the allowances themselves.
APART = {"DUPLICATE-BOARD", "STALE", "NO-RULES", "RULE"}


def sample() -> dict:
    """A small dashboard without a fault, whose metrics every daemon exports from its start."""
    source = {"type": "prometheus", "uid": "xiezhi-prometheus"}

    def panel(n: int, kind: str, expr: str, **target) -> dict:
        asks = {"refId": "A", "datasource": source, "expr": expr, "instant": True, "legendFormat": "__auto", **target}
        return {
            "id": n, "type": kind, "title": f"P{n}", "description": "…", "datasource": source, "targets": [asks], "options": {},
            "gridPos": {"x": 8 * (n - 1), "y": 0, "w": 8, "h": 4}, "fieldConfig": {"defaults": {}, "overrides": []},
        }
    table = panel(3, "table", "sum by (rule) (xiezhi_findings)", format="table")
    table["fieldConfig"]["overrides"] = [{"matcher": {"id": "byName", "options": "rule"}, "properties": []}]
    variables = [
        {"type": "custom", "name": "kind", "options": [{"value": "created"}, {"value": "raised"}]},
        {"type": "query", "name": "channel", "includeAll": True, "allValue": ".*", "query": {"query": "label_values(xiezhi_rule_sections, rule)"}},
    ]
    return {
        "uid": "sample", "title": "sample", "templating": {"list": variables}, "panels": [
            panel(1, "stat", 'sum by (level) (xiezhi_alert_notices_total{kind="$kind"})', legendFormat="{{level}}"),
            panel(2, "timeseries", "sum(rate(xiezhi_events_total[$__rate_interval]))", instant=False),
            table,
        ],
    }


def to(path: str, value) -> Callable[[dict], None]:
    """Sets what stands at a path such as `panels.0.id`."""
    *folders, last = [int(step) if step.isdigit() else step for step in path.split(".")]

    def change(board: dict) -> None:
        at = board
        for step in folders:
            at = at[step]
        at[last] = value
    return change


EXPR = "panels.0.targets.0.expr"
MUTANTS: list[tuple[str, str, Callable[[dict], None]]] = [
    ("DUPLICATE-ID", "two panels have one id", to("panels.1.id", 1)),
    ("OFF-GRID", "a panel ends past the last column", to("panels.2.gridPos.w", 9)),
    ("OVERLAP", "a panel lies over another", to("panels.1.gridPos.x", 7)),
    ("UNEXPLAINED", "a panel has no description", to("panels.1.description", "")),
    ("UNKNOWN-SOURCE", "a data source is misspelt", to("panels.1.targets.0.datasource", {"type": "prometheus", "uid": "xiezhi-prometeus"})),
    ("UNKNOWN-SOURCE", "a data source is of another kind", to("panels.1.datasource", {"type": "loki", "uid": "xiezhi-prometheus"})),
    ("UNKNOWN-SOURCE", "an Alertmanager is not provisioned", lambda board: board["panels"].append({
        "id": 4, "type": "alertGroups", "description": "…", "options": {"alertmanager": "elsewhere"}, "gridPos": {"x": 0, "y": 4, "w": 8, "h": 4}})),
    ("NO-QUERY", "a panel asks for nothing", to("panels.1.targets", [])),
    ("DUPLICATE-REF", "two queries have one letter", lambda board: board["panels"][1]["targets"].append(board["panels"][1]["targets"][0])),
    ("NO-COLUMN", "an override names a column that is not there", to("panels.2.fieldConfig.overrides.0.matcher.options", "Value #B")),
    ("UNDECLARED", "a query uses a variable that is not there", to(EXPR, 'sum by (level) (xiezhi_alert_notices_total{kind="$kin"})')),
    ("UNDECLARED", "a link uses a variable that is not there", to("panels.1.links", [{"url": "${consle}/alerts"}])),
    ("NO-VALUES", "a custom variable has no values", to("templating.list.0.options", [])),
    ("NO-VALUES", "a query variable finds nothing", to("templating.list.1.query.query", "label_values(xiezhi_rule_sections, rul)")),
    ("NO-VALUES", "a query variable is no query", to("templating.list.1.query.query", "rules")),
    ("ERROR", "a bracket is missing", to(EXPR, "sum by (level) (xiezhi_alert_notices_total")),
    ("ERROR", "a rate has no range", to("panels.1.targets.0.expr", "sum(rate(xiezhi_events_total))")),
    ("EMPTY", "nothing is so large", to("panels.1.targets.0.expr", "sum(xiezhi_events_total) > 1e12")),
    ("EMPTY", "nought by nought", to("panels.1.targets.0.expr", "sum(xiezhi_ready) * 0 / 0")),
    ("LEGEND", "a legend names a label that was summed away", to("panels.0.targets.0.legendFormat", "{{state}}")),
    ("AMBIGUOUS", "all series are called alike", to("panels.0.targets.0.legendFormat", "events")),
    ("NO-METRIC", "a misspelt metric hides behind `or`", to(EXPR, 'sum by (level) (xiezhi_alrts{kind="$kind"}) or sum by (level) (xiezhi_alerts)')),
    ("NO-LABEL", "a misspelt label hides behind `or`", to(EXPR, 'sum by (level) (xiezhi_alerts{kid="$kind"}) or sum by (level) (xiezhi_alerts)')),
    ("NO-VALUE", "a misspelt value hides behind `or`", to(EXPR, 'sum by (level) (xiezhi_alerts{state="opn"}) or sum by (level) (xiezhi_alerts)')),
    ("NO-VALUE", "one value of several is misspelt", to(EXPR, 'sum by (level) (xiezhi_alerts{state=~"open|clsed"})')),
]


def told(shown: dict[str, dict], prometheus: asked.Prometheus) -> list[str]:
    """The codes of the faults of some dashboards."""
    return [fault.split()[0].rstrip(":") for fault in check.check(shown, prometheus, NOTHING_ALLOWED)]


def main() -> int:
    prometheus = asked.Prometheus(sys.argv[1])
    missed = []

    def expect(what: str, holds: bool) -> None:
        if not holds:
            missed.append(what)

    expect("the sample itself has faults", not told({"sample": sample()}, prometheus))
    for code, what, change in MUTANTS:
        board = copy.deepcopy(sample())
        change(board)
        expect(f"{code}: {what}", code in told({"sample": board}, prometheus))
    expect("DUPLICATE-BOARD", "DUPLICATE-BOARD" in told({"one": sample(), "two": sample()}, prometheus))

    stale = check.Allowed({"metrics": {"xiezhi_ready": "a reason that is long enough", "xiezhi_none": "short"}, "faults": {"F": "a fault that nobody met"}})
    expect("STALE", len(list(stale.stale(prometheus, set()))) == 3)
    many = check.Allowed({"metrics": {f"m{n}": "a reason that is long enough" for n in range(check.ALLOWED_MAX + 1)}, "faults": {}})
    expect("STALE: too many", len(list(many.stale(prometheus, set()))) == 1)

    class Loaded(asked.Prometheus):
        """A Prometheus with other rules."""

        def __init__(self, groups: list[dict]):
            super().__init__(prometheus.url)
            self.groups = groups

        def get(self, path: str, **query: str):
            return ({"groups": self.groups}, None) if path == "rules" else super().get(path, **query)

    def of_rule(**rule) -> set[str]:
        rule = {"name": "r", "type": "alerting", "health": "ok", "query": "xiezhi_ready == 0", **rule}
        return {fault.split()[0].rstrip(":") for fault in asked.rule_faults(Loaded([{"name": "g", "rules": [rule]}]), set())}

    expect("a rule that is right", of_rule() == set())
    expect("NO-RULES", [*asked.rule_faults(Loaded([]), set())] != [])
    expect("RULE: unhealthy", "RULE" in of_rule(health="err"))
    expect("EMPTY: records nothing", "EMPTY" in of_rule(type="recording"))
    expect("NO-METRIC: of a rule", "NO-METRIC" in of_rule(query="xiezhi_redy == 0"))
    expect("NO-VALUE: of a rule", "NO-VALUE" in of_rule(query='xiezhi_events_total{outcome="acepted"} == 0'))

    codes = {code for file in ("boards.py", "asked.py", "check.py") for code in re.findall(r'yield f?"([A-Z-]+)[ :]', (HERE / file).read_text("utf-8"))}
    tested = {code for code, _, _ in MUTANTS} | APART
    expect(f"codes without a mutant: {codes - tested}", not codes - tested)
    expect(f"mutants of codes that nobody tells: {tested - codes}", not tested - codes)

    for what in missed:
        print(f"not caught: {what}")
    print(f"{len(MUTANTS)} mutants and {len(APART)} codes apart: {len(missed)} not caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
