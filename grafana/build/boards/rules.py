"""规则运行: which rules fire, which are silent or fire too often, what they lacked, and what became of their alerts."""

from kit import Board, PERIOD, bad_from, bars, cells, chosen, curves, good_from, named, now, over_time, pie, ratio, stat, table
from words import ENDINGS, OUTCOMES, SEVERITIES

SOURCES = chosen("source", "数据来源", "label_values(xiezhi_rule_sections, source)")
OF = 'source=~"$source"'
JUDGED = f'sum by (rule) (xiezhi_rule_sections{{outcome=~"triggered|not_triggered",{OF}}})'
FIRED = f'sum by (rule) (xiezhi_rule_sections{{outcome="triggered",{OF}}})'
FIRE_RATE = f"{FIRED} / ({JUDGED} > 0)"
LACKED = f'sum by (rule) (xiezhi_rule_sections{{outcome="insufficient_data",{OF}}})'
EVALUATED = f"(sum by (rule) (xiezhi_rule_sections{{{OF}}}) > 0)"
CLOSED = "(sum by (rule) (xiezhi_rule_closed_alerts) > 0)"
UPHELD = 'sum by (rule) (xiezhi_rule_closed_alerts{outcome!~"unfounded|insufficient"})'


def _rules() -> dict:
    columns = [
        ("现有结果", "sum by (rule) (xiezhi_findings)", cells(width=100)),
        ("可判标段", JUDGED, cells(width=100)),
        ("命中标段", FIRED, cells(width=100)),
        ("命中率", FIRE_RATE, cells("percentunit", bad_from(0.03, 0.05), 100, 2)),
        ("数据不足率", f"{LACKED} / {EVALUATED}", cells("percentunit", bad_from(0.2, 0.5), 110, 1)),
        ("出错标段", f'sum by (rule) (xiezhi_rule_sections{{outcome="error",{OF}}})', cells(thresholds=bad_from(1, 1), width=100)),
        ("办结预警", "sum by (rule) (xiezhi_rule_closed_alerts)", cells(width=100)),
        ("查实率", f"{UPHELD} / {CLOSED}", cells("percentunit", decimals=1, width=100)),
    ]
    about = (
        "每条规则:现有结果数;命中率 = 命中标段 ÷ 可判标段(命中 + 未命中),高于 5% 为过敏规则;数据不足率 = 数据不足的标段 ÷ 参与判断的标段;"
        "查实率 =(依法查处 + 移交 + 移送)÷ 办结预警。历史类规则不按标段判断,后几列为空。点击规则可在控制台中查看其依据和公式。"
    )
    return table("各规则", about, columns, "rule", "规则", path="/rules/", sort="现有结果", none="—", first_width=110)


def board() -> Board:
    page = Board("xiezhi-rules", "规则运行", "规则的命中、沉默、过敏、覆盖和数据质量。", variables=(PERIOD, SOURCES), refresh="1m", since="now-7d")
    page.title("概况")
    page.band(
        4, (4, stat("现有结果", "当前成立的规则结果数。", [now("sum(xiezhi_findings)")], decimals=0, link=("在控制台中查看", "/findings"))),
        (4, stat("有结果的规则", "当前至少有一个结果的规则数。", [now("count(sum by (rule) (xiezhi_findings) > 0)")], decimals=0)),
        (4, stat("沉默规则", "90 天内没有任何结果的规则数(记录规则 rule:xiezhi_findings:max90d)。", [now("count(rule:xiezhi_findings:max90d == 0)")],
                 decimals=0)),
        (4, stat("过敏规则", "命中率高于 5% 且可判标段不少于 100 个的规则数。", [now(f"count({FIRE_RATE} > 0.05 and {JUDGED} >= 100) or 0 * max(xiezhi_ready)")],
                 decimals=0, thresholds=bad_from(1, 5))),
        (4, stat("预警覆盖率", "至少一条规则可以判断的标段数 ÷ 已公告的标段数。统计期内;分母为零显示“不涉及”。", [now(ratio("coverage"))],
                 unit="percentunit", decimals=1, thresholds=good_from(0.99, 0.9))),
        (4, stat("数据不足率", "因数据不足不能判断的规则次数 ÷ 适用的规则次数。统计期内;分母为零显示“不涉及”。", [now(ratio("data_quality"))],
                 unit="percentunit", decimals=1, thresholds=bad_from(0.2, 0.5))),
    )
    page.title("各规则")
    page.band(13, (24, _rules()))
    page.title("命中与数据")
    page.band(
        10, (8, bars("命中率前十", "命中标段 ÷ 可判标段,前十条规则;可判标段不少于 20 个。橙色 3%,红色 5%。",
                     [now(f"topk(10, ({FIRE_RATE} and {JUDGED} >= 20) > 0)", "{{rule}}")], unit="percentunit", decimals=1,
                     thresholds=bad_from(0.03, 0.05))),
        (8, pie("判断结果", "全部规则对全部标段的判断结果构成。", [now(f"sum by (outcome) (xiezhi_rule_sections{{{OF}}}) > 0", "{{outcome}}")],
                overrides=named(ENDINGS), decimals=0)),
        (8, bars("各来源数据不足率", "数据不足的判断 ÷ 全部判断,按数据来源系统。", [now(
            f'sum by (source) (xiezhi_rule_sections{{outcome="insufficient_data",{OF}}}) / (sum by (source) (xiezhi_rule_sections{{{OF}}}) > 0)',
            "{{source}}")], unit="percentunit", decimals=1, max=1, thresholds=bad_from(0.2, 0.5))),
    )
    page.band(
        9, (8, curves("各类结果", "当前成立的结果按性质分类的变化。", [over_time("sum by (severity) (xiezhi_findings)", "{{severity}}")], stack=True,
                      overrides=named(SEVERITIES), decimals=0)),
        (8, bars("数据质量问题", "数据质量类规则(DQ)当前成立的条数:共用网关、单位滑移、校验位不符、同名异内容、事件时间超前等。",
                 [now("sum by (rule) (xiezhi_data_quality_rows) > 0", "{{rule}}")], decimals=0, link=("在控制台中查看", "/quality"))),
        (8, pie("核查结果", "已办结预警按其依据的规则和核查结果计。", [now("sum by (outcome) (xiezhi_rule_closed_alerts) > 0", "{{outcome}}")],
                overrides=named(OUTCOMES), decimals=0)),
    )
    return page
