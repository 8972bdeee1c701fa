//! DOC-06 · 投标文件创建时间精确到秒相同 — bid files were created in the very same second.
//!
//! *Law.* None by itself: a lead (OECD bid-rigging list, 2025). Templates carry their creation time with them.
//!
//! *Needs.* `file.created_at` of at least one bid.
//!
//! *Formula.* Bids whose files show one same `created_at`, fractions of a second dropped; one finding an
//! instant.
//!
//! *Example.* 甲's file was created at 10:15:30.2, 乙's at 10:15:30.9: one finding. 10:15:31.0: none.
//!
//! *Exclusions.* Guarded: a group of at least three that holds at least 80 % (`noise_share_permille`) of the
//! section's bidders (a template of the tenderer carries its time along) is a data-quality row.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Doc06,
    id: "DOC-06",
    zh: "投标文件创建时间精确到秒相同",
    en: "bid files were created in the very same second",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "核对是否由同一模板或招标人发布的文件带入;比对修改时间、编辑时长和编制人",
        en: "check whether the time came with a shared template or a file of the tenderer; compare \
            times of change, editing time and authors",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.of_kind(FactKind::FileCreatedAt).is_empty() {
        return Outcome::InsufficientData("bid.submitted file.created_at");
    }
    let groups = dossier.groups(FactKind::FileCreatedAt, |_| true);
    shared::report_guarded(rule, dossier, params, conclusions, groups)
}
