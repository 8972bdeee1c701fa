"""重点关注对象: how many, at which level, what moved. No names: those are in the console, for those who may see them."""

from kit import PERIOD, Board, bad_from, bars, curves, good_from, named, now, over_time, pie, ratio, stat
from words import KINDS, MOVES, WATCH_LEVELS

SOURCE = "依据:通知第六(十四)条 重点关注对象名单。"
WHERE = 'period="$period"'
KEPT = "依据:通知第五(十三)条 黑名单动态管理、及时更新,移除后及时停止惩戒。"


def _level(level: str) -> dict:
    word, colour = WATCH_LEVELS[level]
    targets = [now(f'xiezhi_watchlist_entries{{level="{level}",kind="{kind}"}}', kind) for kind in KINDS]
    about = f"名单中{word}等级的单位和个人数。{SOURCE}"
    return stat(f"{word}等级", about, targets, decimals=0, mode="value_and_name", color="fixed", overrides=[
        *named(KINDS, coloured=False),
        {"matcher": {"id": "byType", "options": "number"}, "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}]},
    ], link=("在控制台中查看名单", f"/watchlist?level={level}"))


def _indicator(indicator: str, word: str, formula: str, unit: str, thresholds: dict, source: str) -> dict:
    about = f"{word} = {formula}。统计期内;分母为零显示“不涉及”。{source}"
    return stat(word, about, [now(ratio(indicator, where=WHERE))], unit=unit, decimals=1, thresholds=thresholds)


def board() -> Board:
    page = Board("xiezhi-watchlist", "重点关注对象", "名单的等级和变动(不显示名称)。" + SOURCE, variables=(PERIOD,), refresh="1m", since="now-7d")
    page.title("现有名单")
    page.band(5, *[(6, _level(level)) for level in WATCH_LEVELS])
    page.band(
        9, (8, pie("等级构成", f"名单按等级的构成(单位和个人之和)。{SOURCE}",
                   [now("sum by (level) (xiezhi_watchlist_entries) > 0", "{{level}}")], overrides=named(WATCH_LEVELS), decimals=0)),
        (16, curves("各等级数量", "名单中各等级数量的变化(单位和个人之和)。", [over_time("sum by (level) (xiezhi_watchlist_entries)", "{{level}}")],
                    stack=True, overrides=named(WATCH_LEVELS), decimals=0)),
    )
    page.title("变动")
    page.band(
        8, (8, bars("所选时段内的变动", "所选时段内名单的变动次数:新列入、等级上升、等级下降、依据变化、移出。",
                    [now("sum by (change) (increase(xiezhi_watchlist_changes_total[$__range]))", "{{change}}")],
                    overrides=named(MOVES), decimals=0)),
        (16, curves("每小时变动", "每小时的名单变动次数。", [over_time("sum by (change) (increase(xiezhi_watchlist_changes_total[1h]))", "{{change}}")],
                    overrides=named(MOVES), decimals=0)),
    )
    page.title("名单质量与适用")
    page.band(
        5, (8, _indicator("evidence_backed", "名单准确率", "有现行记录或者预警依据的条目数 ÷ 条目数", "percentunit", good_from(1, 0.95), SOURCE)),
        (8, stat("在列主体参加投标", "在名单或信用记录有效期内参加投标的现有结果数(规则 CRD-01、CRD-03)。" + KEPT,
                 [now('sum(xiezhi_findings{rule=~"CRD-01|CRD-03"})')], decimals=0, thresholds=bad_from(1, 5),
                 link=("在控制台中查看", "/findings?rule=CRD-01"))),
        (8, stat("对外提供的单位数", "Redis 中供其他系统查询的重点关注单位数;个人不对外提供。", [now("xiezhi_redis_mirror_watched_entries")], decimals=0)),
    )
    return page
