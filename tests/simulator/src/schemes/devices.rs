//! Traces in devices, locks and files: two bidders share a value.

use super::Field;
use crate::{
    clock::{HOUR, MINUTE},
    queue::What,
    scheme::Scheme,
    truth::Truth,
};

/// Plants a scheme of this family.
pub fn plant(field: &mut Field<'_>) {
    let firm = field.section.bids[1].firm;
    for place in 0..2 {
        share(field, place);
    }
    match field.scheme {
        Scheme::SharedMachine => field.pair("DEV-01", "网卡、处理器、硬盘序列号均相同"),
        Scheme::SharedLock => field.pair("DEV-03", "造价软件加密锁号相同"),
        Scheme::SharedMachineCode => field.pair("DEV-04", "机器特征码相同"),
        Scheme::CopiedFile => field.pair("DEV-05", "文件创建标识码相同"),
        Scheme::OneCode => field.pair("DEV-06", "内存序列号相同"),
        Scheme::SharedIp => field.pair("DEV-07", "上传地址相同"),
        Scheme::DownloadedTogether => field.pair("DEV-08", "从同一地址下载招标文件"),
        Scheme::DecryptedTogether => {
            let (at, parties) = (field.section.closed(), field.codes(2));
            field.truth("DEV-09", at, parties, "从同一地址解密");
        }
        Scheme::SharedCertificate => field.pair("DEV-10", "CA证书相同"),
        Scheme::ManyTraces => many_traces(field),
        Scheme::Correction => correction(field),
        Scheme::CopiedText => field.pair("DOC-01", "投标文件内容异常一致"),
        Scheme::ForeignName => {
            field.section.bids[0].twist().names = Some(firm);
            field.pair("DOC-04", "投标文件中出现另一投标人的信息");
        }
        Scheme::OneAuthor => field.pair("DOC-05", "文件作者相同"),
        Scheme::SameMoment => {
            let created = field.section.bids.iter().take(2).map(|bid| bid.created).min().unwrap_or(0);
            field.section.bids[..2].iter_mut().for_each(|bid| bid.created = created);
            field.pair("DOC-06", "文件创建时间同一秒");
        }
        _ => {}
    }
}

/// Gives a bidder the value that it shares.
fn share(field: &mut Field<'_>, place: usize) {
    let value = Some(field.value);
    let scheme = field.scheme;
    let twist = field.section.bids[place].twist();
    match scheme {
        Scheme::SharedMachine | Scheme::Correction => twist.hardware = value,
        Scheme::SharedLock => twist.pricing_lock = value,
        Scheme::SharedMachineCode => twist.machine_code = value,
        Scheme::CopiedFile => twist.feature = value,
        Scheme::OneCode => twist.memory = value,
        Scheme::SharedIp => twist.ip = value,
        Scheme::DownloadedTogether => twist.download_ip = value,
        Scheme::DecryptedTogether => twist.decrypt_ip = value,
        Scheme::SharedCertificate => twist.ca_lock = value,
        Scheme::CopiedText => twist.text = value,
        Scheme::OneAuthor => twist.author = value,
        Scheme::ManyTraces => (twist.ip, twist.pricing_lock, twist.author) = (value, value, value),
        _ => {}
    }
}

/// Three traces lead to the same two bidders.
fn many_traces(field: &mut Field<'_>) {
    field.pair("DEV-03", "造价软件加密锁号相同");
    field.pair("DEV-07", "上传地址相同");
    field.pair("DOC-05", "文件作者相同");
    field.pair("DEV-14", "地址、加密锁、文件作者三类痕迹重合");
}

/// The platform confused two bidders' machines: the bid is reported again, then the error retracted.
fn correction(field: &mut Field<'_>) {
    let retracted = field.section.closed() + 3 * HOUR + MINUTE;
    let note = "平台登记错误，已更正撤回".to_owned();
    let mut truth = Truth::new("DEV-01", Some(&field.section.code), field.codes(2), field.scheme, note);
    truth.holds = false;
    field.queue.push(retracted, What::Truth(Box::new(truth)));
}
