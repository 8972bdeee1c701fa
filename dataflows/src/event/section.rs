//! Which section an event is about.

use super::types::Data;

impl Data {
    /// The section that the event is about, if it is about one. A complaint is a matter of its own, even where it names
    /// a section, and a payment or a party's record concerns many.
    pub fn section(&self) -> Option<&str> {
        macro_rules! about_sections {
            ($($kind:ident)|+) => {
                match self {
                    $(Data::$kind(data) => Some(data.section.as_str()),)+
                    _ => None,
                }
            };
        }
        about_sections!(
            SectionAnnounced
                | SectionChanged
                | SectionFailed
                | SectionSuspended
                | SectionCancelled
                | DocumentDownloaded
                | DepositReceived
                | DepositReturned
                | BidSubmitted
                | BidWithdrawn
                | OpeningStarted
                | OpeningClosed
                | BidDecrypted
                | BidOpened
                | BidRejected
                | ExpertDrawn
                | ExpertReplaced
                | ExpertSignedIn
                | ExpertLeft
                | EvaluationStarted
                | EvaluationClosed
                | ScoreGiven
                | ScoreChanged
                | AwardProposed
                | AwardMade
                | AwardDeclined
                | ContractSigned
                | ContractChanged
                | ContractCompleted
                | ContractSubcontracted
                | AuctionBid
                | AuctionClosed
                | AuctionDefaulted
                | WitnessRecorded
                | WitnessDevice
                | WitnessAccess
                | WitnessContact
                | ObjectionRaised
                | ObjectionAnswered
        )
    }
}
