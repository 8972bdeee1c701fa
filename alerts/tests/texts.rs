//! Is what people read what they should read? Whole texts to the letter, every rule without a word that blames, and
//! cutting that keeps lines whole.

use proptest::prelude::*;
use std::collections::BTreeMap;
use xiezhi_alerts::core::{Setting, on_findings};
use xiezhi_alerts::duty::{Department, DutyList, Item, Place, Post};
use xiezhi_alerts::message::{Directory, NoticeShown, SectionNames, show, show_notice};
use xiezhi_alerts::silence::Silences;
use xiezhi_alerts::words::{Form, word};
use xiezhi_alerts::{Alert, Language, Subject, text};
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::finding::{EventName, Name, Rendered, Value};
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::rules::Rule;

const SECTION: &str = "E4601000001000777001";
const PSEUDONYM: &str = "p:ABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct Names;

impl Directory for Names {
    fn organisation(&self, code: &str) -> Option<String> {
        (!code.starts_with("p:")).then(|| format!("{code}建设有限公司"))
    }

    fn section(&self, _: &str) -> SectionNames {
        SectionNames {
            name: Some("施工一标段".to_owned()),
            project: None,
            project_name: Some("某道路工程".to_owned()),
            department: Some("市住建局".to_owned()),
            opening_at: Some("2026-02-10T09:00:00+08:00".to_owned()),
        }
    }

    fn department(&self, code: &str) -> Option<String> {
        duty().departments.get(code).map(|department| department.name.clone())
    }
}

fn at(text: &str) -> i64 {
    Instant::parse(text).expect("an instant").0
}

fn finding(rule: &str, section: Option<&str>, key: &str, parties: &[&str]) -> Rendered {
    let severity = Rule::of(rule).expect("a rule").sheet().severity;
    Rendered {
        rule: rule.to_owned(),
        section: section.map(str::to_owned),
        key: key.to_owned(),
        parties: parties.iter().map(|p| (*p).to_owned()).collect(),
        persons: Vec::new(),
        severity: severity.as_str().to_owned(),
        value: BTreeMap::new(),
        evidence: Vec::new(),
    }
}

fn resting_on(finding: Rendered, events: &[&str]) -> Rendered {
    let evidence = events.iter().map(|id| EventName { source: "/jy".to_owned(), id: (*id).to_owned() });
    Rendered { evidence: evidence.collect(), ..finding }
}

fn valued(finding: Rendered, values: &[(&str, Value)]) -> Rendered {
    Rendered { value: values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect(), ..finding }
}

/// Housing answers for engineering.
fn duty() -> DutyList {
    let post = || Post { name: String::new(), channels: vec!["robot".to_owned()] };
    let mut duty = DutyList::default();
    let housing =
        Department {
            code: "zjj".to_owned(), name: "市住建局".to_owned(), liaison: post(), leader: post()
        };
    duty.departments.insert("zjj".to_owned(), housing);
    duty.items.push(Item {
        item: "3.2".to_owned(),
        name: "工程建设—开标评标".to_owned(),
        trade: Vec::new(),
        topic: Vec::new(),
        stage: Vec::new(),
        region: Vec::new(),
        registered_with: Vec::new(),
        department: "zjj".to_owned(),
    });
    duty
}

/// What is told when the findings about one subject come to be `findings`.
fn told(before: Option<&Alert>, findings: &[Rendered], now: &str) -> (Alert, NoticeShown) {
    let subject = match before {
        Some(alert) => alert.subject.clone(),
        None => Subject::of(&findings[0]).expect("a known rule"),
    };
    let findings = findings.iter().map(|f| (f.name(), f.clone())).collect();
    let (duty, calendar, silences) = (duty(), Calendar::built_in(), Silences::default());
    let setting = Setting { duty: &duty, calendar: &calendar, silences: &silences };
    let place = Place::default();
    let decision = on_findings(setting, &subject, &place, before, findings, at(now)).expect("a change");
    let shown = show_notice(7, &decision, &Names).expect("a notice");
    (decision.alert, shown)
}

fn machine() -> Rendered {
    let machine =
        finding("DEV-01", Some(SECTION), "cpu_id:BFEB,disk_serial:S3Z9,mac:02:5A:50", &["乙", "甲"]);
    resting_on(valued(machine, &[("bidders", Value::Count(2))]), &["bid-1", "bid-2"])
}

fn account() -> Rendered {
    let account = finding("MON-01", Some(SECTION), "account:6222021001119999", &["乙", "甲"]);
    resting_on(valued(account, &[("bidders", Value::Count(2))]), &["deposit-1", "deposit-2"])
}

#[test]
fn a_red_alert_on_collusion() {
    let now = "2026-02-09T15:42:00.5+08:00";
    let (alert, notice) = told(None, &[machine(), account()], now);
    let read = text::notice(&notice, false, Some(at(now)), Language::Chinese);
    assert_eq!(
        read,
        "\
🔴 红色预警 · 围标串标线索 · XZ-PQYW-2NN3-JNHX
某道路工程 施工一标段(E4601000001000777001)
2026-02-09 15:42 生成 · 计划开标 2026-02-10 09:00(距今 17 小时 17 分钟) · 责任单位 市住建局(权责清单 3.2 工程建设—开标评标) · 请于 2026-02-10 08:42 前签收
事实:
1. 不同投标人的投标保证金从同一账户转出 — 乙建设有限公司、甲建设有限公司;账户尾号 9999(MON-01,法规视为串通投标的情形:招标投标法实施条例第四十条第(六)项)
2. 上传设备的网卡、CPU、硬盘编码全部相同 — 乙建设有限公司、甲建设有限公司;网卡编码 02:5A:50;CPU 编码 BFEB;硬盘编码 S3Z9(DEV-01,强线索:福建省有关规定(参照招标投标法实施条例第四十条第(一)、(二)项)(条文未核对))
依据的记录 4 条,均可核验:/jy#bid-1、/jy#bid-2、/jy#deposit-1 等
建议核查:
1. 调取银行回单原件,核对付款账户户名和付款时间
2. 核对是否为联合体成员
3. 核对是否为银行过渡账户或保函机构账户
4. 调取上传日志和原始硬件信息,请制作工具厂商核验采集方式
5. 核对设备权属和使用人
说明:本预警是对记录的自动比对结果,是否构成串通投标或者其他违反规定的行为由有权机关依法认定。"
    );
    assert_eq!(
        text::notice(&notice, false, Some(at(now)), Language::English),
        "\
🔴 Red alert · lead on collusion · XZ-PQYW-2NN3-JNHX
某道路工程 施工一标段 (E4601000001000777001)
created 2026-02-09 15:42 · planned opening 2026-02-10 09:00 (in 17 hours 17 minutes) · with 市住建局 (duty list 3.2 工程建设—开标评标) · please acknowledge by 2026-02-10 08:42
Facts:
1. Deposits of different bidders came from the same account — 乙建设有限公司, 甲建设有限公司; account ending in 9999 (MON-01, deemed collusive bidding by regulation: 招标投标法实施条例第四十条第(六)项)
2. Network card, CPU and disk codes of the uploading machine are all equal — 乙建设有限公司, 甲建设有限公司; network card 02:5A:50; CPU code BFEB; disk code S3Z9 (DEV-01, strong lead: 福建省有关规定(参照招标投标法实施条例第四十条第(一)、(二)项) [text not checked])
Records it rests on: 4, each can be verified: /jy#bid-1, /jy#bid-2, /jy#deposit-1 …
Suggested checks:
1. take the bank's original receipts and compare holder and times
2. check for a consortium
3. check for transit accounts of a bank or guarantor
4. take the upload log and raw hardware data and have the tool's maker verify them
5. see whose machine it is and who used it
Note: This is an automatic comparison of records; whether it is a breach is for the competent authority to decide."
    );
    assert_eq!(
        text::brief(&notice, Some(at(now)), Language::Chinese),
        "\
🔴 红色预警 · 围标串标线索 · XZ-PQYW-2NN3-JNHX
某道路工程 施工一标段(E4601000001000777001)
不同投标人的投标保证金从同一账户转出 — 乙建设有限公司、甲建设有限公司;账户尾号 9999。
上传设备的网卡、CPU、硬盘编码全部相同 — 乙建设有限公司、甲建设有限公司;网卡编码 02:5A:50;CPU 编码 BFEB;硬盘编码 S3Z9。
2026-02-09 15:42 生成 · 计划开标 2026-02-10 09:00(距今 17 小时 17 分钟) · 责任单位 市住建局(权责清单 3.2 工程建设—开标评标) · 请于 2026-02-10 08:42 前签收"
    );
    let again = show(&alert, &Names);
    assert!(!again.text_zh.contains("距今"), "what is kept does not say how long is left");
}

#[test]
fn a_term_that_ran_out_without_an_event() {
    let complaint = finding("CMP-01", None, "complaint:C-118,department:市住建局", &[]);
    let values = [
        ("due", Value::Text("2026-02-14T00:00:00+08:00".to_owned())),
        ("received_at", Value::Text("2026-02-10T10:05:00+08:00".to_owned())),
    ];
    let complaint = resting_on(valued(complaint, &values), &["c-118-received"]);
    let (_, notice) = told(None, &[complaint], "2026-02-14T00:00:00+08:00");
    assert_eq!(
        notice.alert.text_zh,
        "\
🟠 橙色预警 · 程序问题线索 · XZ-EAP1-49RB-T43W
未注明标段
2026-02-14 00:00 生成 · 责任单位 市住建局(权责清单 3.2 工程建设—开标评标) · 请于 2026-02-14 15:00 前签收
事实:
1. 收到投诉满三个工作日未作出是否受理的决定 — 收到时间 2026-02-10 10:05;期限届满 2026-02-13 24:00;部门 市住建局;投诉编号 C-118(CMP-01,程序问题:招标投标法实施条例第六十一条第二款)
依据的记录 1 条,均可核验:/jy#c-118-received
建议核查:
1. 向受理部门核对登记和受理通知
2. 核对是否已移送其他部门或者要求补正
说明:本预警是对记录的自动比对结果,是否构成串通投标或者其他违反规定的行为由有权机关依法认定。"
    );
}

#[test]
fn a_ring_over_the_history() {
    let ring = finding("DEV-13", None, "bidder:甲", &["丙", "乙", "甲"]);
    let values = [("values", Value::Count(3)), ("events", Value::Count(431))];
    let ring = resting_on(valued(ring, &values), &["bid-1", "bid-2", "bid-3", "bid-4"]);
    let (_, notice) = told(None, &[ring], "2026-02-09T15:42:00+08:00");
    assert_eq!(
        notice.alert.text_zh,
        "\
🟡 黄色预警 · 围标串标线索 · XZ-DJ0F-2H2E-3JKK
跨标段历史记录
2026-02-09 15:42 生成 · 责任单位 市住建局(权责清单 3.2 工程建设—开标评标) · 请于 2026-02-11 17:30 前签收
事实:
1. 多家企业通过共用设备、加密锁、证书相互关联 — 丙建设有限公司、乙建设有限公司、甲建设有限公司;相同的标识信息 3 项(DEV-13,线索)
依据的记录 431 条,均可核验:/jy#bid-1、/jy#bid-2、/jy#bid-3 等
建议核查:
1. 逐一核对形成关联的共用设备、锁或证书
2. 查看这些企业的同场投标和中标情况
3. 排除代办机构和公共设备
说明:本预警是对记录的自动比对结果,是否构成串通投标或者其他违反规定的行为由有权机关依法认定。"
    );
}

#[test]
fn raised_says_what_is_new_and_withdrawn_what_no_longer_holds() {
    let (alert, _) = told(None, &[machine()], "2026-02-09T15:42:00+08:00");
    let now = "2026-02-09T15:58:00+08:00";
    let (alert, raised) = told(Some(&alert), &[machine(), account()], now);
    let read = text::notice(&raised, false, Some(at(now)), Language::Chinese);
    let lines: Vec<&str> = read.lines().collect();
    assert_eq!(lines[0], "升级:🟠 橙色 → 🔴 红色 · 围标串标线索 · XZ-PQYW-2NN3-JNHX");
    assert_eq!(lines[3], "2026-02-09 15:58 新增 1 项事实,因有法规视为串通投标或者规定无效的情形:");
    assert!(lines[4].starts_with("1. 不同投标人的投标保证金从同一账户转出 — "), "{read}");
    assert!(!read.contains("DEV-01"), "only what is new: {read}");
    assert_eq!(text::brief(&raised, None, Language::Chinese).lines().count(), 4);
    let (_, withdrawn) = told(Some(&alert), &[], "2026-02-09T16:20:00+08:00");
    let read = text::notice(&withdrawn, false, None, Language::Chinese);
    let lines: Vec<&str> = read.lines().collect();
    assert_eq!(lines[0], "已撤回 · 🔴 红色预警 · 围标串标线索 · XZ-PQYW-2NN3-JNHX");
    assert_eq!(lines[3], "2026-02-09 16:20 撤回:依据的记录已有变化,下列事实不再成立:");
    assert!(!read.contains("建议核查"), "{read}");
    let brief = text::brief(&withdrawn, None, Language::Chinese);
    assert!(brief.ends_with("2026-02-09 16:20 撤回,以上事实不再成立"), "{brief}");
}

/// A value as rules write it, of everything that has a name.
fn synthetic(name: Name) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    match word(name).form {
        Form::Count(..) | Form::Length => Value::Count(3),
        Form::Money => text("1234567.00"),
        Form::Share => text("1.5%"),
        Form::Marks => text("9.5"),
        Form::Moment | Form::Term => text("2026-02-10T09:00:00+08:00"),
        Form::Elsewhere => text(PSEUDONYM),
        Form::Threshold => Value::Count(2),
        _ => text("A1"),
    }
}

#[test]
fn every_rule_has_a_sentence_that_blames_nobody_and_shows_no_person() {
    let blame = ["违法", "团伙", "犯罪", "作案", "有罪", "fraud", "guilt", "crime", "criminal", "illegal"];
    let all: BTreeMap<String, Value> =
        Name::ALL.iter().map(|name| (name.as_str().to_owned(), synthetic(*name))).collect();
    let key = format!("holder:{PSEUDONYM},party:{PSEUDONYM},person:{PSEUDONYM},phone:1234-0a1b2c3d");
    for rule in Rule::ALL {
        let mut finding = finding(rule.id(), Some(SECTION), &key, &["甲", PSEUDONYM]);
        finding.persons = vec![PSEUDONYM.to_owned()];
        finding.value = all.clone();
        let (_, notice) = told(None, &[resting_on(finding, &["e1"])], "2026-02-09T15:42:00+08:00");
        let fact = &notice.alert.facts[0];
        let mut texts = vec![notice.alert.title_zh.clone(), notice.alert.title_en.clone()];
        texts.extend([fact.said_zh.clone(), fact.said_en.clone()]);
        for language in Language::ALL {
            texts.push(text::notice(&notice, false, None, language));
            texts.push(text::brief(&notice, None, language));
            assert!(texts.last().is_some_and(|brief| brief.lines().count() <= 5));
        }
        assert!(fact.said_zh.contains(rule.sheet().zh) && fact.said_zh.contains("名相关人员"));
        assert!(!fact.checks_zh.is_empty() && !fact.checks_en.is_empty(), "{}", rule.id());
        for text in texts {
            let lower = text.to_lowercase();
            assert!(!blame.iter().any(|word| lower.contains(word)), "{text}");
            assert!(!text.contains("p:") && !text.contains(&PSEUDONYM[2..]), "{text}");
            assert!(!text.contains('_'), "a name as machines write it: {text}");
        }
    }
}

#[test]
fn every_name_has_words_and_they_are_its_own() {
    for language in Language::ALL {
        let mut seen = BTreeMap::new();
        for name in Name::ALL.iter().filter(|name| !matches!(word(**name).form, Form::Elsewhere)) {
            let word = word(*name);
            let label = language.pick(word.zh, word.en);
            assert!(!label.is_empty() && !label.contains('_'));
            // An entry is called like the number of entries: one is a code, the other a count.
            let counts = matches!(word.form, Form::Count(..));
            assert_eq!(seen.insert((label, counts), name), None, "{label}");
        }
    }
}

#[test]
fn an_empty_first_line_does_not_break_the_limit() {
    let text = format!("\n{}", "事实".repeat(60));
    for (language, most) in Language::ALL.into_iter().flat_map(|to| (0..60).map(move |most| (to, most))) {
        assert!(text::cut(&text, most, language).chars().count() <= most, "{most}");
    }
}

proptest! {
    /// Lines stay whole and the limit holds, whatever the text.
    #[test]
    fn cutting_keeps_lines_whole_and_the_limit(
        lines in prop::collection::vec("[a-z。;  事实🔴]{1,30}", 1..12), most in 0..300_usize,
    ) {
        let text = lines.join("\n");
        for language in Language::ALL {
            let cut = text::cut(&text, most, language);
            prop_assert!(cut.chars().count() <= most);
            let first = lines[0].chars().count();
            if most < first {
                prop_assert!(!cut.contains('\n'));
                continue;
            }
            let kept: Vec<&str> = cut.lines().collect();
            let whole = kept.iter().zip(&lines).take_while(|(a, b)| *a == b).count();
            prop_assert!(whole >= 1 && kept.len() - whole <= 1, "{cut:?}");
            if whole < kept.len() {
                prop_assert!(kept[whole].starts_with(language.pick("(未完", "(continued")), "{cut:?}");
            }
        }
    }
}
