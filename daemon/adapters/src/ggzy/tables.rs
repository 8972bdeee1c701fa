//! The tables that are read, a file for each group.
//!
//! | table | events |
//! |---|---|
//! | TENDER_PROJECT | `project.registered`; the industry is that of the table's prefix |
//! | SECTION | `section.announced`; when the notice went out is not in it |
//! | TENDER_FILE_CLARI_MODI | `section.changed`: deadlines, ceiling, deposit, evaluation method |
//! | TENDER_ABNORMITY_REPORT | `section.failed`, `.suspended` or `.cancelled`, by its name |
//! | TENDER_FILE_BUYYER_INFO | `document.downloaded`, by way of the order in TENDER_LIST |
//! | TENDER_LIST | `bid.submitted`, and with a price `bid.opened` |
//! | BIDDER_MAKE_TOOL_INFO, BID_DOC_CHARACT_CODE, BIDDER_PROJECT_MEMBER | `bid.submitted`: device and file, staff |
//! | BIDDER_MARGIN_INFO, LETTER_OF_GUARANTEE | `deposit.received` |
//! | BID_OPENING_RECORD | `opening.started` for each of its sections |
//! | BID_OPEN_DETAIL | `bid.opened` without a price for each bidder sent to evaluation |
//! | REJECTED_BID_INFO | `bid.rejected` |
//! | BID_EVALUATION_EXPERT | `expert.drawn`, and with a check-in `expert.signed_in` |
//! | EVALUATION_SCORE_DETAIL | `score.given` for each kind of points |
//! | TENDER_CANDIDATE | `award.proposed`, one for all candidates of a section |
//! | WIN_RESULT_ANNO, BID_WINNING_NOTICE | `award.made` |
//! | CONTRACT_PERFORMANCE | `contract.signed` |
//! | PERFORMANCE_INFO | `contract.completed`, once it says when |
//! | OBJECTION, OBJECTION_REPLY | `objection.raised`, `objection.answered` |
//! | COMPLAINT_INFO | `complaint.received`, `.accepted`, `.decided`, by its dates |
//! | BLACK_LIST, VIOLATING_LAWS_RULES_INFO | `credit.listed`; a blacklist entry that is revoked also `credit.removed` |
//! | WITHDRAW_BLACK_LIST | `credit.removed` |
//! | LEGAL_PERSON_BASE | `party.recorded` |

mod award;
mod bid;
mod credit;
mod evaluation;
mod matter;
mod money;
mod opening;
mod party;
mod project;

use super::Given;
use super::row::Row;
use super::table::Table;
use crate::draft::{Draft, Fields, list};

/// All tables, by group.
pub(super) const ALL: &[&[Table]] = &[
    project::TABLES,
    bid::TABLES,
    money::TABLES,
    opening::TABLES,
    evaluation::TABLES,
    award::TABLES,
    matter::TABLES,
    credit::TABLES,
    party::TABLES,
];

/// The row's own event.
fn event(kind: &'static str, data: Fields) -> Draft {
    named(kind, "", data)
}

/// Another event of the row.
fn named(kind: &'static str, suffix: impl Into<String>, data: Fields) -> Draft {
    Draft { kind, suffix: suffix.into(), time: None, data }
}
