//! What may be done when, written a second time: a table of words, not the code that it judges.

use xiezhi_alerts::action::Deed;
use xiezhi_alerts::duty::DutyList;
use xiezhi_alerts::{Action, Alert, State};

/// `deed from[,from] to`.
const DEEDS: &str = "
    acknowledge  open                        acknowledged
    assign       open,acknowledged,assigned  assigned
    return       open,acknowledged,assigned  open
    transfer     open,acknowledged,assigned  open
    close        acknowledged,assigned       closed
    reopen       closed                      open
    note         open                        open
    note         acknowledged                acknowledged
    note         assigned                    assigned
    note         closed                      closed
    note         withdrawn                   withdrawn
";

/// States that a change of findings may lead to.
const FINDINGS: &str = "
    open          open,withdrawn
    acknowledged  acknowledged,open,withdrawn
    assigned      assigned,open,withdrawn
    closed        closed,open
    withdrawn     open
";

/// The state after a deed; none if it does not fit.
pub fn after(alert: &Alert, action: &Action, duty: &DutyList) -> Option<State> {
    let named = |word: &str| State::ALL.into_iter().find(|state| state.as_str() == word);
    let row = DEEDS.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find(|row| {
        row.first() == Some(&action.deed.as_str())
            && row[1].split(',').any(|from| from == alert.state.as_str())
    });
    let row = row.and_then(|row| named(row[2]));
    let department = &alert.route.department;
    match action.deed {
        // A withdrawn alert is closed only with what somebody found out who had acknowledged it.
        Deed::Close if alert.state == State::Withdrawn => {
            (alert.acknowledged.is_some() && action.outcome.is_some()).then_some(State::Closed)
        }
        Deed::Close => row.filter(|_| {
            let seen =
                action.known.as_ref().is_none_or(|known| alert.findings.keys().all(|f| known.contains(f)));
            action.outcome.is_some() && seen
        }),
        Deed::Assign => row.filter(|_| action.to.is_some()),
        Deed::Return => row.filter(|_| *department != duty.office),
        Deed::Transfer => row.filter(|_| {
            action.to.as_ref().is_some_and(|to| duty.departments.contains_key(to) && to != department)
        }),
        // Nothing of it holds: it is no longer closed, and that is all.
        Deed::Reopen if alert.withdrawn_at.is_some() => row.map(|_| State::Withdrawn),
        Deed::Acknowledge | Deed::Reopen | Deed::Note => row,
    }
}

/// Whether a change of findings may lead from one state to the other.
pub fn may_become(before: State, after: State) -> bool {
    FINDINGS.lines().map(str::split_whitespace).any(|mut row| {
        row.next() == Some(before.as_str())
            && row.next().is_some_and(|states| states.split(',').any(|state| state == after.as_str()))
    })
}
