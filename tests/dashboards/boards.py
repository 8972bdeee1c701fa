"""What can be said of a dashboard without asking anybody: ids, the grid, data sources, variables, columns.

A fault is a line `CODE place: what`. Each code has a mutant in test_check.py that must be caught.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

COLUMNS = 24
# What Grafana itself gives to queries and links.
BUILT_IN = {"__rate_interval", "__interval", "__range", "__value", "__from", "__to"}
WITHOUT_QUERIES = {"row", "text", "alertGroups", "alertlist"}


def read(folder: Path) -> dict[str, dict]:
    """All dashboards of a folder, by file name."""
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def provisioned(folder: Path) -> dict[str, tuple[str, str]]:
    """The data sources of a provisioning folder: uid → (name, type). Reads the plain YAML that is kept there, not all of YAML."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(folder.glob("datasources/*.yml")):
        for entry in re.split(r"^  - ", path.read_text("utf-8"), flags=re.M)[1:]:
            keys = dict(re.findall(r"^\s*(name|uid|type): *([^#\n]+?) *$", entry, flags=re.M))
            found[keys["uid"]] = (keys["name"], keys["type"])
    return found


def panels(board: dict) -> Iterator[dict]:
    """All panels, those inside collapsed rows too."""
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", [])


def place(name: str, panel: dict) -> str:
    """How a fault names a panel."""
    return f"{name}#{panel.get('id')} {panel.get('title') or panel['type']}"


def strings(value) -> Iterator[str]:
    """Every text in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def used(text: str) -> set[str]:
    """The variables that a text uses."""
    return set(re.findall(r"\$\{(\w+)[:.}]", text)) | set(re.findall(r"\$(\w+)", text)) | set(re.findall(r"\[\[(\w+)", text))


def overlap(one: dict, other: dict) -> bool:
    """Whether two places of the grid share a cell."""
    def apart(start: str, size: str) -> bool:
        return one[start] + one[size] <= other[start] or other[start] + other[size] <= one[start]
    return not apart("x", "w") and not apart("y", "h")


def faults(name: str, board: dict, sources: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Everything wrong with one dashboard."""
    shown = list(panels(board))
    ids = [panel.get("id") for panel in shown]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"DUPLICATE-ID {name}: two panels have the id {twice}"
    for n, panel in enumerate(shown):
        grid = panel["gridPos"]
        if grid["x"] < 0 or grid["y"] < 0 or grid["w"] < 1 or grid["h"] < 1 or grid["x"] + grid["w"] > COLUMNS:
            yield f"OFF-GRID {place(name, panel)}: {grid}"
        for other in shown[:n]:
            if overlap(grid, other["gridPos"]):
                yield f"OVERLAP {place(name, panel)}: lies over {place(name, other)}"
        if panel["type"] != "row" and not panel.get("description"):
            yield f"UNEXPLAINED {place(name, panel)}: has no description"
        yield from _sources(place(name, panel), panel, sources)
        yield from _columns(place(name, panel), panel)
    yield from _variables(name, board)


def _sources(where: str, panel: dict, sources: dict[str, tuple[str, str]]) -> Iterator[str]:
    asked = [panel["datasource"]] if "datasource" in panel else []
    asked += [target["datasource"] for target in panel.get("targets", [])]
    for source in asked:
        if source["uid"] not in sources or sources[source["uid"]][1] != source["type"]:
            yield f"UNKNOWN-SOURCE {where}: {source} is not provisioned"
    names = {name for name, _ in sources.values()}
    options = panel.get("options", {})
    for key, kind in (("alertmanager", "alertGroups"), ("datasource", "alertlist")):
        if panel["type"] == kind and options[key] not in names:
            yield f"UNKNOWN-SOURCE {where}: no data source is called {options[key]}"
    if panel["type"] not in WITHOUT_QUERIES and not panel.get("targets"):
        yield f"NO-QUERY {where}: asks for nothing"
    refs = [target["refId"] for target in panel.get("targets", [])]
    if len(refs) != len(set(refs)):
        yield f"DUPLICATE-REF {where}: {refs}"


def _columns(where: str, panel: dict) -> Iterator[str]:
    """A table's overrides and order name columns that its queries give."""
    if panel["type"] != "table":
        return
    targets = panel["targets"]
    columns = {"Time", "Value"} if len(targets) == 1 else {"Time"} | {f"Value #{target['refId']}" for target in targets}
    labels = set.intersection(*(_grouped(target["expr"]) for target in targets))
    named = {over["matcher"]["options"] for over in panel["fieldConfig"]["overrides"] if over["matcher"]["id"] == "byName"}
    for step in panel.get("transformations", []):
        if step["id"] == "organize":
            named |= step["options"]["indexByName"].keys() | step["options"]["excludeByName"].keys()
    for name in sorted(named - columns - labels):
        yield f"NO-COLUMN {where}: no query gives a column {name}"


def _grouped(expr: str) -> set[str]:
    return {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", expr) for label in group.split(",")}


def _variables(name: str, board: dict) -> Iterator[str]:
    listed = board["templating"]["list"]
    declared = {variable["name"] for variable in listed}
    for panel in panels(board):
        for variable in sorted({one for text in strings(panel) for one in used(text)} - declared - BUILT_IN):
            yield f"UNDECLARED {place(name, panel)}: ${variable} is no variable of the dashboard"
    for variable in listed:
        if variable["type"] in ("custom", "constant") and not [o for o in variable["options"] if o["value"] != ""]:
            yield f"NO-VALUES {name}: ${variable['name']} has no values"
