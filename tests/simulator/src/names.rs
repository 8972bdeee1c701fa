//! Names: Chinese, varied, and plainly simulated.
//!
//! Firms and projects carry 模拟 (“simulated”), persons have 模 as the first character of the given name. The tables are
//! everyday characters; any likeness to a living firm or person is the tables' doing.

use crate::{codes::PersonNo, dice::mix};

/// What a firm does and what a project of that kind is called.
pub struct Trade {
    /// The industry code: 01 engineering, 02 government procurement.
    pub industry: &'static str,
    /// How often projects are of this trade.
    pub weight: u64,
    /// The department that supervises it.
    pub department: &'static str,
    /// Endings of firms' names.
    pub firms: &'static [&'static str],
    /// Endings of projects' names.
    pub projects: &'static [&'static str],
}

/// The trades. A firm bids in its own trade only.
pub const TRADES: &[Trade] = &[
    Trade {
        industry: "01",
        weight: 18,
        department: "zjj",
        firms: &["市政工程", "市政建设", "路桥市政", "市政园林"],
        projects: &["市政道路改造工程", "雨污分流工程", "地下管网更新工程", "路灯改造工程"],
    },
    Trade {
        industry: "01",
        weight: 20,
        department: "zjj",
        firms: &["建设", "建筑工程", "建工集团", "建筑安装"],
        projects: &["中学教学楼工程", "安置房工程", "社区卫生中心工程", "老旧小区改造工程"],
    },
    Trade {
        industry: "01",
        weight: 10,
        department: "slj",
        firms: &["水利水电", "水利工程", "水务建设", "河海工程"],
        projects: &["河道整治工程", "水库除险加固工程", "灌区改造工程", "堤防加固工程"],
    },
    Trade {
        industry: "01",
        weight: 12,
        department: "jtj",
        firms: &["公路工程", "交通建设", "路桥", "隧桥工程"],
        projects: &["县道改建工程", "大桥维修工程", "公路养护工程", "客运站工程"],
    },
    Trade {
        industry: "02",
        weight: 14,
        department: "czj",
        firms: &["办公设备", "教育装备", "商贸", "仪器设备"],
        projects: &["教学设备采购", "办公家具采购", "实验仪器采购", "图书采购"],
    },
    Trade {
        industry: "02",
        weight: 12,
        department: "czj",
        firms: &["物业服务", "环境服务", "后勤管理", "保安服务"],
        projects: &["物业服务采购", "环卫保洁服务采购", "绿化养护服务采购", "保安服务采购"],
    },
    Trade {
        industry: "02",
        weight: 10,
        department: "czj",
        firms: &["信息技术", "软件", "数据科技", "智能系统"],
        projects: &["政务平台运维采购", "智慧校园采购", "网络安全设备采购", "档案数字化采购"],
    },
];

const FIRST: &[&str] = &[
    "恒", "川", "博", "瑞", "宏", "泰", "嘉", "诚", "远", "东", "海", "天", "润", "鼎", "汇", "金", "华",
    "建", "安", "盛", "德", "信", "和", "兴", "永", "隆", "广", "智", "联", "众", "三", "九", "新", "中",
    "长", "南", "北", "昌", "裕", "凯",
];
const SECOND: &[&str] = &[
    "达", "通", "源", "丰", "腾", "升", "业", "成", "利", "祥", "邦", "创", "筑", "基", "石", "林", "江",
    "城", "宇", "辉", "明", "光", "顺", "康", "益", "茂", "盈", "旺", "强", "立", "正", "方", "元", "亚",
    "捷", "友", "仁", "义", "晟", "峰",
];
const PLACES: &[&str] =
    &["", "琼州", "椰城", "南渡", "滨海", "东坡", "五指", "龙昆", "云龙", "美兰", "秀英", "文岭"];
const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何",
    "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "符", "邢",
];
const GIVEN: &[&str] = &[
    "宁", "安", "平", "和", "清", "远", "文", "武", "仁", "义", "礼", "智", "信", "勇", "刚", "毅", "明",
    "亮", "春", "夏", "秋", "冬", "山", "川", "松", "柏", "竹", "梅", "兰", "菊", "云", "雨",
];
const STREETS: &[&str] =
    &["滨江", "人民", "解放", "和平", "海秀", "国兴", "龙华", "红城湖", "凤翔", "椰海", "长堤", "白龙"];

/// The name of the firm of this number and trade: unlike for the first 19,200 firms of a trade.
pub fn firm(number: u64, trade: usize) -> String {
    let ending = TRADES[trade].firms;
    let place = PLACES[(number / 1600 % 12) as usize];
    let first = FIRST[(number % 40) as usize];
    let second = SECOND[((number / 40 + number) % 40) as usize];
    let ending = ending[(number / 7 % ending.len() as u64) as usize];
    format!("模拟{place}{first}{second}{ending}有限公司")
}

/// The name of a tenderer.
pub fn tenderer(number: u64) -> String {
    const BODIES: &[&str] = &[
        "城市建设投资集团",
        "教育局",
        "水务局",
        "交通投资公司",
        "人民医院",
        "住房保障中心",
        "园林中心",
        "大数据局",
    ];
    let body = BODIES[(number % BODIES.len() as u64) as usize];
    let place = PLACES[1 + (number / 8 % 11) as usize];
    format!("模拟市{place}{body}{}", number / 88 + 1)
}

/// The name of an agency.
pub fn agency(number: u64) -> String {
    format!("模拟{}招标代理有限公司", FIRST[(number % 40) as usize])
}

/// The name of an expert's employer.
pub fn employer(number: u64) -> String {
    const BODIES: &[&str] = &["设计院", "大学", "造价咨询事务所", "检测中心", "职业学院"];
    format!("模拟第{}{}", number + 1, BODIES[(number % 5) as usize])
}

/// The name of a partner or holding company.
pub fn company(number: u64, ending: &str) -> String {
    let (first, second) = (FIRST[(number % 40) as usize], SECOND[(number / 40 % 40) as usize]);
    format!("模拟{first}{second}{ending}有限公司")
}

/// The name of a project.
pub fn project(number: u64, trade: usize) -> String {
    let endings = TRADES[trade].projects;
    let street = STREETS[(mix(number) % STREETS.len() as u64) as usize];
    format!("模拟市{street}{}（{number}号）", endings[(mix(number + 1) % endings.len() as u64) as usize])
}

/// Pushes a person's name. Two persons may share one; their ids differ.
pub fn push_person(bytes: &mut Vec<u8>, person: PersonNo) {
    let mixed = mix(person);
    bytes.extend_from_slice(SURNAMES[(mixed % 32) as usize].as_bytes());
    bytes.extend_from_slice("模".as_bytes());
    bytes.extend_from_slice(GIVEN[(mixed >> 8 & 31) as usize].as_bytes());
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn firms_of_a_trade_have_names_of_their_own() {
        let names: BTreeSet<_> = (0..19_200).map(|number| firm(number, 0)).collect();
        // Endings differ within a name's repetition, so nearly all are unlike; codes tell the rest apart.
        assert!(names.len() > 19_000, "{}", names.len());
    }
}
