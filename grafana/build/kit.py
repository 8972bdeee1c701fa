"""Helpers that make panels alike: queries, panels, the grid, variables. Pure functions over dictionaries.

Laws: every panel says what it shows, by which formula, and where the formula is from; a quotient whose denominator is empty
is absent and reads 不涉及; an instant value is asked for as an instant value.
"""

from words import CALM, CONSOLE, GREEN, ORANGE, RED, WHITE

METRICS = {"type": "prometheus", "uid": "xiezhi-prometheus"}
ALERTMANAGER = "獬豸 Alertmanager"
ABSENT = "不涉及"
COLUMNS = 24


# ---- queries

def now(expr: str, legend: str | None = None) -> dict:
    """The value now; a legend of labels, or none for one series."""
    return {"expr": expr, "instant": True, "range": False, "legendFormat": legend or "__auto"}


def over_time(expr: str, legend: str | None = None) -> dict:
    """A curve over the time that is shown."""
    return {"expr": expr, "instant": False, "range": True, "legendFormat": legend or "__auto"}


def rows(expr: str) -> dict:
    """A row for each series: labels become columns."""
    return {"expr": expr, "instant": True, "range": False, "format": "table", "legendFormat": "__auto"}


def ratio(indicator: str, by: str = "", where: str = 'period="$period"') -> str:
    """An indicator as numerator ÷ denominator, summed over what is not in `by`; absent where nothing has it."""
    labels = f'{{indicator="{indicator}",{where}}}'
    over = f" by ({by})" if by else ""
    return f"sum{over} (xiezhi_indicator_numerator{labels}) / sum{over} (xiezhi_indicator_denominator{labels})"


def count(indicator: str, by: str = "", where: str = 'period="$period"', side: str = "numerator") -> str:
    """How many an indicator counts: its numerator, or its denominator."""
    over = f" by ({by})" if by else ""
    return f'sum{over} (xiezhi_indicator_{side}{{indicator="{indicator}",{where}}})'


# ---- fields

def steps(base: str, *above: tuple[float, str]) -> dict:
    """Colours from values on."""
    first = [{"color": base, "value": None}]
    return {"mode": "absolute", "steps": first + [{"color": colour, "value": value} for value, colour in above]}


def good_from(good: float, fair: float) -> dict:
    """Green from `good`, orange from `fair`, red below: for rates that should be high."""
    return steps(RED, (fair, ORANGE), (good, GREEN))


def bad_from(fair: float, bad: float) -> dict:
    """Green, orange from `fair`, red from `bad`: for what should be little."""
    return steps(GREEN, (fair, ORANGE), (bad, RED))


PLAIN = steps(CALM)


def by_name(name: str, **properties) -> dict:
    """An override of one field: keys are properties, `_` for `.`: `custom_width=90`."""
    listed = [{"id": key.replace("_", "."), "value": value} for key, value in properties.items()]
    return {"matcher": {"id": "byName", "options": name}, "properties": listed}


def named(words: dict[str, tuple[str, str]], coloured: bool = True) -> list[dict]:
    """Series that are called by a label value get its word, and its colour."""
    def one(code: str, word: str, colour: str) -> dict:
        override = by_name(code, displayName=word)
        if coloured:
            override["properties"].append({"id": "color", "value": {"mode": "fixed", "fixedColor": colour}})
        return override
    return [one(code, word, colour) for code, (word, colour) in words.items()]


def mapped(words: dict[str, tuple[str, str]]) -> list[dict]:
    """Cells that hold a label value show its word."""
    options = {code: {"text": word, "index": n} for n, (code, (word, _)) in enumerate(words.items())}
    return [{"type": "value", "options": options}]


# ---- panels

def _panel(kind: str, title: str, about: str, targets: list[dict], options: dict, **field) -> dict:
    """What all panels share. `about`: what it shows, formula, source, in Chinese."""
    defaults = {
        "unit": field.get("unit", "none"),
        "noValue": field.get("none", ABSENT),
        "mappings": [],
        "thresholds": field.get("thresholds", PLAIN),
        "color": {"mode": field.get("color", "thresholds")},
    }
    for key in ("decimals", "min", "max", "custom", "displayName"):
        if key in field:
            defaults[key] = field[key]
    panel = {
        "type": kind, "title": title, "description": about, "datasource": METRICS,
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": METRICS, "editorMode": "code", **target}
            for n, target in enumerate(targets)
        ],
        "fieldConfig": {"defaults": defaults, "overrides": field.get("overrides", [])},
        "options": options,
    }
    if "link" in field:
        panel["links"] = [_link(*field["link"])]
    if "transformations" in field:
        panel["transformations"] = field["transformations"]
    if field.get("transparent"):
        panel["transparent"] = True
    return panel


def _link(title: str, path: str) -> dict:
    """A link from a panel to the console."""
    return {
        "type": "link", "title": title, "url": "${console}" + path, "targetBlank": True, "icon": "external link", "tooltip": "",
        "tags": [], "asDropdown": False, "includeVars": False, "keepTime": False,
    }


def _reduced() -> dict:
    return {"calcs": ["lastNotNull"], "fields": "", "values": False}


def stat(title: str, about: str, targets: list[dict], *, value: int = 0, name: int = 0, mode: str = "auto",
         fill: bool = False, orientation: str = "auto", spark: bool = False, wide: bool = True, justify: str = "auto", **field) -> dict:
    """Figures. `value`, `name`: sizes in pixels, for a wall; 0 leaves them to Grafana."""
    text = {key: size for key, size in (("valueSize", value), ("titleSize", name)) if size}
    options = {
        "colorMode": "background" if fill else "value", "graphMode": "area" if spark else "none", "justifyMode": justify,
        "orientation": orientation, "textMode": mode, "wideLayout": wide, "showPercentChange": False,
        "percentChangeColorMode": "standard", "reduceOptions": _reduced(), "text": text,
    }
    return _panel("stat", title, about, targets, options, **field)


def bars(title: str, about: str, targets: list[dict], *, value: int = 0, name: int = 0, look: str = "basic", names: str = "left", **field) -> dict:
    """A bar for each series, lying."""
    text = {key: size for key, size in (("valueSize", value), ("titleSize", name)) if size}
    options = {
        "displayMode": look, "orientation": "horizontal", "valueMode": "color", "namePlacement": names,
        "showUnfilled": True, "sizing": "auto", "minVizHeight": 16, "minVizWidth": 8, "maxVizHeight": 300,
        "legend": {"displayMode": "list", "placement": "bottom", "calcs": [], "showLegend": False},
        "reduceOptions": _reduced(), "text": text,
    }
    return _panel("bargauge", title, about, targets, options, **{"min": 0, **field})


def curves(title: str, about: str, targets: list[dict], *, stack: bool = False, fill: int = 10, legend: str = "list",
           line_at: bool = False, **field) -> dict:
    """Curves over time."""
    custom = {
        "drawStyle": "line", "lineInterpolation": "linear", "lineWidth": 2, "fillOpacity": 60 if stack else fill,
        "gradientMode": "none", "showPoints": "never", "spanNulls": False, "axisPlacement": "auto", "axisLabel": "",
        "scaleDistribution": {"type": "linear"}, "stacking": {"mode": "normal" if stack else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if line_at else "off"},
    }
    options = {
        "legend": {"displayMode": legend, "placement": "bottom", "calcs": ["lastNotNull", "max"] if legend == "table" else [],
                   "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return _panel("timeseries", title, about, targets, options, **{"color": "palette-classic", "custom": custom, "min": 0, **field})


def pie(title: str, about: str, targets: list[dict], **field) -> dict:
    """Shares of a whole."""
    options = {
        "pieType": "donut", "displayLabels": ["name", "value"], "reduceOptions": _reduced(),
        "legend": {"displayMode": "table", "placement": "right", "values": ["value", "percent"], "calcs": [], "showLegend": True},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return _panel("piechart", title, about, targets, options, **{"color": "palette-classic", **field})


def table(title: str, about: str, columns: list[tuple[str, str, dict]], label: str, heading: str,
          words: dict[str, tuple[str, str]] | None = None, path: str | None = None, sort: str | None = None, **field) -> dict:
    """A row for each value of a label. Columns: heading, query (by that label), properties of the field."""
    first = {"displayName": heading, "custom_width": field.pop("first_width", 150)}
    if words:
        first["mappings"] = mapped(words)
    overrides = [by_name(label, **first)]
    if path:
        link = {"title": "在控制台中查看", "url": "${console}" + path + "${__value.raw}", "targetBlank": True}
        overrides[0]["properties"].append({"id": "links", "value": [link]})
    for n, (title_, _, properties) in enumerate(columns):
        overrides.append(by_name(f"Value #{chr(ord('A') + n)}", displayName=title_, **properties))
    order = {label: 0, **{f"Value #{chr(ord('A') + n)}": n + 1 for n in range(len(columns))}}
    # One query alone gives a column without its letter.
    if len(columns) == 1:
        overrides[1]["matcher"]["options"], order = "Value", {label: 0, "Value": 1}
    options = {"showHeader": True, "cellHeight": "sm", "frameIndex": 0,
               "sortBy": [{"displayName": sort, "desc": True}] if sort else []}
    transformations = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {"Time": True}, "indexByName": order, "renameByName": {}}},
    ]
    custom = {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": False}
    return _panel("table", title, about, [rows(expr) for _, expr, _ in columns], options, overrides=overrides,
                  transformations=transformations, **{"custom": custom, **field})


def cells(unit: str = "none", thresholds: dict | None = None, width: int | None = None, decimals: int | None = None) -> dict:
    """Properties of a table's column; with thresholds its text is coloured."""
    properties: dict = {"unit": unit}
    if thresholds:
        properties |= {"thresholds": thresholds, "custom_cellOptions": {"type": "color-text"}}
    if width:
        properties["custom_width"] = width
    if decimals is not None:
        properties["decimals"] = decimals
    return properties


def heading(text: str, about: str, *, size: int = 30, colour: str = WHITE, align: str = "left") -> dict:
    """Large words over a block of a wall. Grafana keeps the style of text when it cleans it."""
    style = f"font-size:{size}px;line-height:1.5;font-weight:500;color:{colour};text-align:{align}"
    options = {"mode": "markdown", "content": f'<div style="{style}">{text}</div>',
               "code": {"language": "plaintext", "showLineNumbers": False, "showMiniMap": False}}
    return {"type": "text", "title": "", "description": about, "transparent": True, "options": options}


def alert_groups(title: str, about: str, matchers: str) -> dict:
    """What Alertmanager holds, grouped as it groups: labels only, so no party, no section and no person."""
    return {
        "type": "alertGroups", "title": title, "description": about,
        "options": {"alertmanager": ALERTMANAGER, "labels": matchers, "expandAll": False},
    }


def alert_list(title: str, about: str) -> dict:
    """Prometheus' own alerts that fire."""
    options = {
        "viewMode": "list", "groupMode": "default", "groupBy": [], "maxItems": 20, "sortOrder": 3, "dashboardAlerts": False,
        "alertName": "", "alertInstanceLabelFilter": "", "datasource": "獬豸 Prometheus",
        "stateFilter": {"firing": True, "pending": True, "noData": False, "normal": False, "error": True},
    }
    return {"type": "alertlist", "title": title, "description": about, "options": options}


# ---- dashboards

def choice(name: str, label: str, options: list[tuple[str, str]], every: bool = False) -> dict:
    """A variable with fixed values: word and value of each; `every` adds 全部."""
    shown = [{"text": word, "value": value, "selected": False} for word, value in options]
    current = {"text": "全部", "value": "$__all"} if every else {key: shown[0][key] for key in ("text", "value")}
    variable = {
        "type": "custom", "name": name, "label": label, "query": ",".join(f"{word} : {value}" for word, value in options),
        "options": shown, "current": current, "multi": every, "includeAll": every, "hide": 0, "skipUrlSync": False,
    }
    if every:
        variable["allValue"] = ".*"
    return variable


def chosen(name: str, label: str, query: str) -> dict:
    """A variable whose values are asked of Prometheus, with 全部."""
    return {
        "type": "query", "name": name, "label": label, "datasource": METRICS, "query": {"query": query, "refId": "variable"},
        "refresh": 2, "sort": 1, "multi": True, "includeAll": True, "allValue": ".*",
        "current": {"text": ["全部"], "value": ["$__all"]}, "options": [], "regex": "", "hide": 0, "skipUrlSync": False,
    }


PERIOD = choice("period", "统计期", [("本月", "month"), ("本年", "year")])
_CONSOLE = {
    "type": "constant", "name": "console", "label": "控制台地址", "query": CONSOLE, "hide": 2, "skipUrlSync": True,
    "current": {"text": CONSOLE, "value": CONSOLE}, "options": [{"text": CONSOLE, "value": CONSOLE, "selected": True}],
}


class Board:
    """A dashboard. Bands are laid from the top; each fills its panels from the left."""

    def __init__(self, uid: str, title: str, about: str, *, variables: tuple[dict, ...] = (), refresh: str = "30s",
                 since: str = "now-24h", tags: tuple[str, ...] = ()):
        self._y, self._panels = 0, []
        self._head = {
            "uid": uid, "title": title, "description": about, "tags": ["獬豸", *tags], "editable": False, "graphTooltip": 1,
            "refresh": refresh, "schemaVersion": 41, "time": {"from": since, "to": "now"}, "timezone": "Asia/Shanghai",
            "timepicker": {"refresh_intervals": ["10s", "30s", "1m", "5m", "15m"]}, "weekStart": "monday", "version": 1, "liveNow": False, "fiscalYearStartMonth": 0,
            "templating": {"list": [*variables, _CONSOLE]},
            "annotations": {"list": []},
            "links": [{
                "type": "dashboards", "title": "其他看板", "tags": ["獬豸"], "asDropdown": True, "includeVars": False,
                "keepTime": False, "targetBlank": False, "icon": "external link", "tooltip": "", "url": "",
            }],
        }

    def at(self, x: int, y: int, width: int, height: int, panel: dict) -> None:
        """Puts a panel at a place; places are checked by tests/dashboards/check.py."""
        grid = {"x": x, "y": y, "w": width, "h": height}
        self._panels.append({"id": len(self._panels) + 1, "gridPos": grid, **panel})
        self._y = max(self._y, y + height)

    def band(self, height: int, *panels: tuple[int, dict]) -> None:
        """A band of panels with their widths, under all before."""
        x, y = 0, self._y
        for width, panel in panels:
            self.at(x, y, width, height, panel)
            x += width
        assert x == COLUMNS, f"a band of {x} columns in {self._head['title']}"

    def title(self, text: str) -> None:
        """A line that names the bands under it."""
        self.at(0, self._y, COLUMNS, 1, {"type": "row", "title": text, "collapsed": False, "panels": []})

    def as_json(self) -> dict:
        """The dashboard as Grafana keeps it."""
        return {**self._head, "panels": self._panels}
