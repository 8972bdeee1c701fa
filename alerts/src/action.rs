//! What supervisors do with an alert, and what may be done in which state.
//!
//! *Source.* events.md, `alert.acknowledged` … `alert.noted`; design.md, Alerts: open → acknowledged → assigned →
//! closed, with returned, transferred and reopened.
//!
//! | action | from | to |
//! |---|---|---|
//! | acknowledge 签收 | open | acknowledged |
//! | assign 交办 | open, acknowledged, assigned | assigned; of an open one it is the acknowledgement too |
//! | return 退回 | open, acknowledged, assigned | open, with the coordinating office |
//! | transfer 改派 | open, acknowledged, assigned | open, with another department |
//! | close 办结 | acknowledged, assigned | closed, with an outcome; nothing that the closer has not seen is closed |
//! | reopen 重新打开 | closed | open |
//! | note 备注 | any | the same |
//!
//! A withdrawn alert that somebody had acknowledged may still be closed, with what was found out meanwhile.

use crate::alert::{Alert, State};
use crate::duty::DutyList;
use crate::reason::Misfit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::finding::EventName;

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// 签收.
    Acknowledge,
    /// 交办.
    Assign,
    /// 退回.
    Return,
    /// 改派.
    Transfer,
    /// 办结.
    Close,
    /// 重新打开.
    Reopen,
    /// 备注.
    Note,
}

impl Deed {
    /// All of them.
    pub const ALL: [Deed; 7] = [
        Deed::Acknowledge,
        Deed::Assign,
        Deed::Return,
        Deed::Transfer,
        Deed::Close,
        Deed::Reopen,
        Deed::Note,
    ];

    /// The word in the API's path.
    pub fn as_str(self) -> &'static str {
        match self {
            Deed::Acknowledge => "acknowledge",
            Deed::Assign => "assign",
            Deed::Return => "return",
            Deed::Transfer => "transfer",
            Deed::Close => "close",
            Deed::Reopen => "reopen",
            Deed::Note => "note",
        }
    }

    /// The type of its event (events.md).
    pub fn event_type(self) -> &'static str {
        match self {
            Deed::Acknowledge => "alert.acknowledged",
            Deed::Assign => "alert.assigned",
            Deed::Return => "alert.returned",
            Deed::Transfer => "alert.transferred",
            Deed::Close => "alert.closed",
            Deed::Reopen => "alert.reopened",
            Deed::Note => "alert.noted",
        }
    }

    /// The deed of an event's type.
    pub fn of_event(kind: &str) -> Option<Deed> {
        Deed::ALL.into_iter().find(|deed| deed.event_type() == kind)
    }
}

/// One action, as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What is done.
    pub deed: Deed,
    /// Who does it: the name of a token, or what another system calls them.
    pub actor: String,
    /// When, µs since 1970.
    pub at: i64,
    /// The department, code.
    pub department: Option<String>,
    /// To whom it is assigned; to which department it is transferred.
    pub to: Option<String>,
    /// With what it is closed.
    pub outcome: Option<Outcome>,
    /// What they add.
    pub note: Option<String>,
    /// The event.
    pub event: EventName,
    /// The findings that were on the table when it was closed, by name; none where another system closed it.
    pub known: Option<BTreeSet<String>>,
}

/// Whether an action fits an alert as it stands.
///
/// # Errors
/// With what is in the way.
pub fn fits(alert: &Alert, action: &Action, duty: &DutyList) -> Result<(), Misfit> {
    use Deed::{Acknowledge, Assign, Close, Note, Reopen, Return, Transfer};
    match (action.deed, alert.state) {
        (Note, _) => Ok(()),
        (Close, State::Withdrawn) if alert.acknowledged.is_some() => outcome(action),
        (_, State::Withdrawn) => Err(Misfit::Withdrawn),
        (Reopen, State::Closed) => Ok(()),
        (_, State::Closed) => Err(Misfit::Closed),
        (Reopen, _) => Err(Misfit::NotClosed),
        (Acknowledge, State::Open) => Ok(()),
        (Acknowledge, _) => Err(Misfit::Acknowledged),
        (Close, State::Open) => Err(Misfit::NotAcknowledged),
        (Close, _) if has_unseen(alert, action) => Err(Misfit::NewFacts),
        (Close, _) => outcome(action),
        (Assign, _) => action.to.as_ref().map(|_| ()).ok_or(Misfit::NoName),
        (Return, _) if alert.route.department == duty.office => Err(Misfit::WithTheOffice),
        (Return, _) => Ok(()),
        (Transfer, _) => transfer(alert, action, duty),
    }
}

fn outcome(action: &Action) -> Result<(), Misfit> {
    action.outcome.map(|_| ()).ok_or(Misfit::NoOutcome)
}

/// Whether the alert has findings that whoever closes it has not seen: nobody would ever be told of them.
fn has_unseen(alert: &Alert, action: &Action) -> bool {
    action.known.as_ref().is_some_and(|known| alert.findings.keys().any(|name| !known.contains(name)))
}

fn transfer(alert: &Alert, action: &Action, duty: &DutyList) -> Result<(), Misfit> {
    let to = action.to.as_deref().filter(|to| duty.departments.contains_key(*to));
    match to {
        None => Err(Misfit::NoSuchDepartment),
        Some(to) if to == alert.route.department => Err(Misfit::WithThatDepartment),
        Some(_) => Ok(()),
    }
}
