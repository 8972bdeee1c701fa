"""系统运行: the daemon's health, for those who run it. Its alerts are in deploy/prometheus, what to do in docs/runbooks.md."""

from kit import Board, alert_list, bad_from, by_name, chosen, curves, good_from, named, now, over_time, stat, steps
from words import BLUE, EVENTS, GREEN, RED, SENDINGS

CHANNELS = chosen("channel", "通道", "label_values(xiezhi_outbox_rows, channel)")
OF = 'channel=~"$channel"'


def _quantiles(metric: str) -> list[dict]:
    return [
        over_time(f"histogram_quantile({q}, sum by (le) (rate({metric}_bucket[$__rate_interval])))", f"p{q * 100:g}")
        for q in (0.5, 0.99)
    ]


def _yes_no(title: str, about: str, expr: str, yes: str, no: str) -> dict:
    panel = stat(title, about, [now(expr)], none="无数据", thresholds=steps(RED, (1, GREEN)), fill=True)
    panel["fieldConfig"]["defaults"]["mappings"] = [{"type": "value", "options": {
        "0": {"text": no, "index": 0}, "1": {"text": yes, "index": 1},
    }}]
    return panel


def board() -> Board:
    page = Board("xiezhi-system", "系统运行", "守护进程的健康:接收、计算、日志库、发送、Redis、资源。", variables=(CHANNELS,), refresh="10s", since="now-3h")
    page.title("状态")
    page.band(
        4, (3, _yes_no("进程", "Prometheus 能否采集守护进程的指标(up)。", 'min(up{job="xiezhi"})', "在线", "离线")),
        (3, _yes_no("就绪", "历史已计算完毕、正在接收事件(xiezhi_ready)。", "min(xiezhi_ready)", "就绪", "未就绪")),
        (3, _yes_no("接收", "磁盘将满时暂停接收(xiezhi_ingest_paused)。", "1 - max(xiezhi_ingest_paused)", "接收中", "已暂停")),
        (3, stat("版本", "正在运行的版本。", [now("max by (version) (xiezhi_build_info)", "{{version}}")], mode="name")),
        (3, stat("日志库事件", "日志库中的事件数。", [now("max(xiezhi_journal_events)")], decimals=0, unit="locale")),
        (3, stat("检测达标率", "1 小时内,提交后 1 秒以内得出结论的比例;目标 99.9%(记录规则 xiezhi:commit_to_alert_within_1s:ratio_rate1h)。",
                 [now("xiezhi:commit_to_alert_within_1s:ratio_rate1h")], unit="percentunit", decimals=2, thresholds=good_from(0.999, 0.99))),
        (3, stat("就绪率", "30 天内就绪的时间比例(记录规则 xiezhi:ready:avg30d)。", [now("xiezhi:ready:avg30d")], unit="percentunit", decimals=3,
                 thresholds=good_from(0.999, 0.99))),
        (3, stat("时钟超前", "收到的最新事件时间超前于守护进程时钟的秒数;不超前为 0。", [now("max(xiezhi_clock_skew_seconds)")], unit="s", decimals=0,
                 thresholds=bad_from(60, 300))),
    )
    page.title("接收与计算")
    page.band(
        8, (8, curves("接收", "每秒收到的事件,按处理结果。", [over_time("sum by (outcome) (rate(xiezhi_events_total[$__rate_interval]))", "{{outcome}}")],
                      overrides=named(EVENTS), unit="eps")),
        (8, curves("从提交到结论", "从日志库提交到结论写入账本的时延。预算:p99 不超过 3 毫秒(百万投标历史)。", _quantiles("xiezhi_commit_to_alert_seconds"), unit="s")),
        (8, curves("日志库提交", "一次落盘提交的时延。", _quantiles("xiezhi_journal_commit_seconds"), unit="s")),
    )
    page.band(
        8, (6, curves("未发布的提交", "已送入计算引擎、尚未发布的提交数;队列上限 64。", [
            over_time("max(xiezhi_frontier_lag_commits)", "未发布"), over_time("max(xiezhi_engine_commits_in_flight)", "计算中")], decimals=0)),
        (6, curves("前沿停留", "最早一个未发布提交已等待的时间;达到 30 秒守护进程自行终止并由看护程序重启。", [over_time("max(xiezhi_frontier_age_seconds)", "停留")], unit="s",
                   thresholds=steps(BLUE, (10, RED)), line_at=True)),
        (6, curves("引擎空闲", "计算线程空闲时间的比例。", [over_time("min(xiezhi_engine_idle_ratio)", "空闲")], unit="percentunit", max=1)),
        (6, curves("索引行数", "计算引擎各索引的行数。", [over_time("max by (arrangement) (xiezhi_engine_arrangement_rows)", "{{arrangement}}")], unit="short")),
    )
    page.title("来源与隔离区")
    page.band(
        8, (12, curves("各来源静默时间", "距各来源系统最近一个事件的时间。", [over_time("time() - max by (source) (xiezhi_source_last_event_timestamp_seconds > 0)", "{{source}}")],
                       unit="s")),
        (12, curves("隔离区", "隔离区中尚未处理的条数,按原因。", [over_time("sum by (code) (xiezhi_quarantine_rows{state=\"open\"})", "{{code}}")], decimals=0,
                    link=("在控制台中查看", "/quarantine"))),
    )
    page.title("发送")
    page.band(
        8, (8, curves("待发消息最长等待", "各通道最早一条待发消息的等待时间;超过 15 分钟告警。", [over_time(f"max by (channel) (xiezhi_outbox_oldest_seconds{{{OF}}})", "{{channel}}")],
                      unit="s", thresholds=steps(BLUE, (900, RED)), line_at=True)),
        (8, curves("发送结果", "每秒发送尝试,按结果。", [over_time(f"sum by (outcome) (rate(xiezhi_deliveries_total{{{OF}}}[$__rate_interval]))", "{{outcome}}")],
                   overrides=named(SENDINGS), unit="ops")),
        (8, curves("发件箱", "发件箱中的消息,按状态。", [over_time(f"sum by (state) (xiezhi_outbox_rows{{{OF}}})", "{{state}}")], overrides=named(SENDINGS), decimals=0,
                   link=("在控制台中查看", "/deliveries"))),
    )
    page.title("Redis")
    page.band(
        8, (8, curves("连接", "1 为正在读取(各流)或正在更新(镜像)。", [
            over_time("min by (stream) (xiezhi_redis_connected)", "{{stream}}"), over_time("min(xiezhi_redis_mirror_connected)", "镜像")], max=1, decimals=0)),
        (8, curves("滞后", "尚未交给消费组的条目数。", [over_time("max by (stream) (xiezhi_redis_lag_entries)", "{{stream}}")], decimals=0)),
        (8, curves("未确认", "已交给消费组、尚未确认的条目数。", [over_time("max by (stream) (xiezhi_redis_pending_entries)", "{{stream}}")], decimals=0)),
    )
    page.title("资源与告警")
    page.band(
        9, (8, curves("内存", "守护进程的常驻内存。", [over_time("max(xiezhi_process_resident_bytes)", "常驻内存")], unit="bytes")),
        (8, curves("磁盘", "数据目录所在磁盘的剩余空间,日志库的大小。", [over_time("min(xiezhi_disk_free_bytes)", "剩余"), over_time("max(xiezhi_journal_bytes)", "日志库")],
                   unit="bytes", overrides=[by_name("剩余", color={"mode": "fixed", "fixedColor": GREEN})])),
        (8, alert_list("守护进程的告警", "Prometheus 中正在触发的守护进程告警;处理办法见 docs/runbooks.md。")),
    )
    return page
