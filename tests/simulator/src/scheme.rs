//! The schemes that can be planted, by family, and sets of them.

use std::{fmt, str::FromStr};

use crate::settings::{Detail, SettingsError};

macro_rules! schemes {
    ($($family:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)* })*) => {
        /// What a scheme is about: each family is planted by a module of its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Family { $(
            #[doc = stringify!($family)]
            $family,
        )* }

        /// A kind of misconduct, or of lookalike, that can be planted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Scheme { $($($(#[$doc])* $variant,)*)* }

        impl Scheme {
            /// Every scheme, by family.
            pub const ALL: &[Scheme] = &[$($(Scheme::$variant,)*)*];

            /// The name on the command line and in the truth.
            pub const fn name(self) -> &'static str {
                match self { $($(Scheme::$variant => $name,)*)* }
            }

            /// Its family.
            pub(crate) const fn family(self) -> Family {
                match self { $($(Scheme::$variant => Family::$family,)*)* }
            }
        }
    };
}

schemes! {
    Devices {
        /// Two bids written on one machine (DEV-01).
        SharedMachine = "shared_machine",
        /// Two bids with the same pricing lock (DEV-03).
        SharedLock = "shared_lock",
        /// Two bids with one machine code (DEV-04).
        SharedMachineCode = "shared_machine_code",
        /// Two bids with one file creation code (DEV-05).
        CopiedFile = "copied_file",
        /// One hardware code in common (DEV-06).
        OneCode = "one_code",
        /// Bids sent from one address (DEV-07).
        SharedIp = "shared_ip",
        /// Documents downloaded from one address (DEV-08).
        DownloadedTogether = "downloaded_together",
        /// Bids decrypted from one address (DEV-09).
        DecryptedTogether = "decrypted_together",
        /// Two bids with one certificate (DEV-10).
        SharedCertificate = "shared_certificate",
        /// Two bids alike in address, lock and author (DEV-14, DEV-03, DEV-07, DOC-05).
        ManyTraces = "many_traces",
        /// A shared machine that turns out to be a clerical error and is retracted: nothing remains.
        Correction = "correction",
    }
    Documents {
        /// Two bids whose texts are nearly the same (DOC-01).
        CopiedText = "copied_text",
        /// A bid that names another bidder inside (DOC-04).
        ForeignName = "foreign_name",
        /// Two files of one author (DOC-05).
        OneAuthor = "one_author",
        /// Two files made in the same second (DOC-06).
        SameMoment = "same_moment",
    }
    Persons {
        /// One agent for two firms (PER-02).
        OneAgent = "one_agent",
        /// One firm's manager is on another's staff (PER-03).
        CommonManager = "common_manager",
        /// One contact, telephone or mail address for two firms (PER-04).
        OneContact = "one_contact",
        /// One person attends the opening for two firms (PER-09).
        OneAttendee = "one_attendee",
    }
    Money {
        /// One account pays two deposits (MON-01, MON-02).
        OneAccount = "one_account",
        /// Somebody who does not bid pays a deposit (MON-02).
        ForeignPayer = "foreign_payer",
        /// A deposit that does not come from the basic account (MON-03).
        SideAccount = "side_account",
        /// Two guarantees with one applicant, address or telephone (MON-04).
        OneApplicant = "one_applicant",
        /// A deposit of three per cent is asked for (MON-07).
        HighDeposit = "high_deposit",
    }
    Prices {
        /// Two bids with the same price (PRI-01).
        EqualPrice = "equal_price",
        /// Five prices in equal steps (PRI-02).
        PriceLadder = "price_ladder",
        /// Five prices in equal ratios (PRI-03).
        PriceRatio = "price_ratio",
        /// Two bills with the same unit prices (PRI-05).
        CopiedItems = "copied_items",
        /// Hardly any spread where the lowest price wins (PRI-06).
        TightPrices = "tight_prices",
        /// A lowest price far from all others (PRI-07).
        LonelyPrice = "lonely_price",
        /// All but the lowest bunched above it (PRI-11).
        CoverPrices = "cover_prices",
        /// A price above the ceiling (PRI-13).
        OverCeiling = "over_ceiling",
        /// An award far below the ceiling (PRI-14).
        Bargain = "bargain",
        /// An award just below the ceiling (PRI-19).
        NearCeiling = "near_ceiling",
    }
    Relations {
        /// One legal representative for two bidders (REL-01).
        OneLegalRepresentative = "one_legal_representative",
        /// One bidder controls another through a holding (REL-02).
        Control = "control",
        /// One company or person controls two bidders (REL-04).
        OneController = "one_controller",
        /// One company holds a fifth of two bidders (REL-05).
        OneHolder = "one_holder",
        /// One director for two bidders (REL-06).
        OneDirector = "one_director",
        /// Two bidders at one address, written differently (REL-07).
        OneAddress = "one_address",
        /// The tenderer controls a bidder (REL-09).
        TenderersFirm = "tenderers_firm",
        /// One firm in two consortia (REL-11).
        TwoConsortia = "two_consortia",
    }
    Campaigns {
        /// A pair meets in five decided sections and the same one always wins (HIS-02).
        CoverBidders = "cover_bidders",
        /// Three firms linked over three sections by a lock and a certificate (DEV-12, DEV-13).
        Ring = "ring",
        /// One lock used by two firms in two sections (DEV-12).
        TravellingLock = "travelling_lock",
        /// One agent for three firms in three sections (PER-06).
        TravellingAgent = "travelling_agent",
        /// A manager named for an award while bound to another site (PER-11).
        BoundManager = "bound_manager",
        /// Ten bids and no win (HIS-01).
        NeverWins = "never_wins",
        /// Three firms that always bid together (HIS-04).
        Clique = "clique",
        /// One firm gets all awards of a tenderer (HIS-10).
        Favourite = "favourite",
        /// Three bids withdrawn (HIS-14).
        Quitter = "quitter",
        /// Two openings at the same time in one room (WIT-18).
        SharedRoom = "shared_room",
    }
    Procedure {
        /// Documents out for twelve days (BUY-02).
        ShortNotice = "short_notice",
        /// A material change six days before the deadline (BUY-03).
        LateChange = "late_change",
        /// A public tender opened with one bid (BUY-10, BUY-11).
        SingleBid = "single_bid",
        /// A public tender opened with two bids (BUY-11).
        TwoBidders = "two_bidders",
        /// Everybody but the winner rejected (BUY-12).
        AllRejected = "all_rejected",
        /// The lowest price rejected (BUY-13).
        LowestRejected = "lowest_rejected",
        /// An opening before the deadline (OPN-01).
        OpenedEarly = "opened_early",
        /// An opening more than fifteen minutes late (OPN-01).
        OpenedLate = "opened_late",
        /// An opening that never happens (OPN-02).
        NotOpened = "not_opened",
        /// A bid after the deadline that was opened nevertheless (OPN-03).
        LateBid = "late_bid",
        /// Two bids that fail to decrypt in the same way (OPN-06).
        FailedTogether = "failed_together",
        /// Another file opened than was submitted (OPN-08).
        SwappedFile = "swapped_file",
    }
    Experts {
        /// A committee of four or six (EXP-01).
        EvenCommittee = "even_committee",
        /// An expert of a bidder's (EXP-05).
        BiddersExpert = "bidders_expert",
        /// An expert late, absent, or replaced without a reason (EXP-06).
        AbsentExpert = "absent_expert",
        /// A score far below those of the others (EXP-08).
        OneSidedScore = "one_sided_score",
        /// An objective item scored differently (EXP-09).
        UnequalObjective = "unequal_objective",
        /// A score above full marks (EXP-10).
        OverFullMarks = "over_full_marks",
        /// Two experts with the same scores throughout (EXP-14).
        CopiedScores = "copied_scores",
        /// One expert who decides alone who wins (EXP-15).
        DecidingExpert = "deciding_expert",
    }
    Awards {
        /// An award to one who was not a candidate (AWD-02).
        Outsider = "outsider",
        /// A declined award by the first candidate (AWD-03).
        DeclinedAward = "declined_award",
        /// An award without a contract (AWD-06).
        Unsigned = "unsigned",
        /// A contract dearer than the award (AWD-07).
        DearContract = "dear_contract",
        /// A losing bidder as subcontractor (AWD-11).
        LoserSubcontracts = "loser_subcontracts",
    }
    Witness {
        /// Records of the witness desk by kind (WIT-03 to WIT-17, WIT-00).
        WitnessKinds = "witness_kinds",
        /// A camera out of order during the evaluation (WIT-01).
        BlindCamera = "blind_camera",
        /// Three records about one party or person (WIT-19, and WIT by kind).
        OftenNoted = "often_noted",
    }
    Complaints {
        /// A complaint that nobody accepts or refuses (CMP-01).
        IgnoredComplaint = "ignored_complaint",
        /// A complaint that is never decided (CMP-02).
        UndecidedComplaint = "undecided_complaint",
        /// An objection without an answer (CMP-03).
        UnansweredObjection = "unanswered_objection",
        /// A challenge without an answer (CMP-04).
        UnansweredChallenge = "unanswered_challenge",
        /// An inspection whose result is not published (INS-01).
        UnpublishedInspection = "unpublished_inspection",
    }
    Credit {
        /// A bidder, or its agent, with a penalty in force (CRD-01).
        ListedBidder = "listed_bidder",
        /// A firm listed twice for collusion (CRD-02).
        TwiceCollusion = "twice_collusion",
        /// An award to a blacklisted bidder (CRD-01, CRD-03).
        ListedWinner = "listed_winner",
    }
}

// A set of schemes is a number with a bit for each.
const _: () = assert!(Scheme::ALL.len() < 128);

impl Scheme {
    /// Can it be planted where so much is told?
    pub(crate) fn is_told(self, detail: Detail) -> bool {
        let only_in_full = match self.family() {
            Family::Experts | Family::Witness | Family::Complaints | Family::Credit => true,
            Family::Money => self != Self::HighDeposit,
            _ => matches!(
                self,
                Self::DownloadedTogether
                    | Self::DecryptedTogether
                    | Self::CopiedText
                    | Self::ForeignName
                    | Self::OneAttendee
                    | Self::CopiedItems
                    | Self::Quitter
                    | Self::SharedRoom
                    | Self::LateChange
                    | Self::AllRejected
                    | Self::LowestRejected
                    | Self::FailedTogether
                    | Self::Outsider
                    | Self::DeclinedAward
                    | Self::LoserSubcontracts
            ),
        };
        detail == Detail::Full || !only_in_full
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scheme {
    type Err = SettingsError;

    fn from_str(name: &str) -> Result<Self, SettingsError> {
        let known = Self::ALL.iter().find(|scheme| scheme.name() == name);
        known.copied().ok_or_else(|| SettingsError::UnknownScheme(name.to_owned()))
    }
}

/// A set of schemes; parsed from `all`, `none` or names joined by commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schemes(u128);

impl Schemes {
    /// Every scheme.
    pub const fn all() -> Self {
        Self((1 << Scheme::ALL.len()) - 1)
    }

    /// A venue where nothing is planted.
    pub const fn none() -> Self {
        Self(0)
    }

    /// Is this scheme in the set?
    pub const fn contains(self, scheme: Scheme) -> bool {
        self.0 & (1 << scheme as u32) != 0
    }

    /// The set with this scheme added.
    #[must_use]
    pub const fn with(self, scheme: Scheme) -> Self {
        Self(self.0 | (1 << scheme as u32))
    }

    /// The schemes of the set, by family.
    pub fn iter(self) -> impl Iterator<Item = Scheme> {
        Scheme::ALL.iter().copied().filter(move |scheme| self.contains(*scheme))
    }
}

impl FromStr for Schemes {
    type Err = SettingsError;

    fn from_str(list: &str) -> Result<Self, SettingsError> {
        match list.trim() {
            "all" => Ok(Self::all()),
            "none" | "" => Ok(Self::none()),
            names => names.split(',').try_fold(Self::none(), |set, name| Ok(set.with(name.trim().parse()?))),
        }
    }
}
