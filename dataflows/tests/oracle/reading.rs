//! What an event speaks of.

use xiezhi_dataflows::event::{Data, Event};

/// The section that it speaks of.
pub fn section_of(event: &Event) -> Option<&str> {
    macro_rules! section {
        ($($kind:ident)|+) => {
            match &event.data {
                $(Data::$kind(data) => Some(data.section.as_str()),)+
                _ => None,
            }
        };
    }
    section!(
        SectionAnnounced
            | SectionChanged
            | SectionFailed
            | SectionSuspended
            | SectionCancelled
            | DocumentDownloaded
            | DepositReceived
            | BidSubmitted
            | BidWithdrawn
            | BidDecrypted
            | BidOpened
            | BidRejected
            | OpeningStarted
            | OpeningClosed
            | ExpertDrawn
            | ExpertReplaced
            | ExpertSignedIn
            | EvaluationStarted
            | EvaluationClosed
            | ScoreGiven
            | ScoreChanged
            | AwardProposed
            | AwardMade
            | AwardDeclined
            | ContractSigned
            | ContractCompleted
            | ContractSubcontracted
            | WitnessRecorded
            | WitnessDevice
            | ObjectionRaised
            | ObjectionAnswered
    )
}

/// The bidder that it speaks of, where it is about one bid.
pub fn bidder_of(event: &Event) -> Option<&str> {
    let bidder = match &event.data {
        Data::DocumentDownloaded(data) => &data.bidder,
        Data::DepositReceived(data) => &data.bidder,
        Data::BidSubmitted(data) => &data.bidder,
        Data::BidWithdrawn(data) => &data.bidder,
        Data::BidDecrypted(data) => &data.bidder,
        Data::BidOpened(data) => &data.bidder,
        Data::BidRejected(data) => &data.bidder,
        _ => return None,
    };
    Some(&bidder.code)
}
