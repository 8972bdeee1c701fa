//! The closed lists of words that events.md knows. A word outside of its list is a fault, with the list in the reason.

use super::read::words;

words! {
    /// The industry of a project (events.md, `project.registered`).
    Industry {
        Engineering = "01",
        GovernmentProcurement = "02",
        Land = "03",
        MineralRights = "04",
        StateOwnedProperty = "05",
        Other = "90",
    }
}
words! {
    /// How a project is tendered.
    Method {
        Public = "public",
        Invited = "invited",
        Negotiated = "negotiated",
        Consultation = "consultation",
        Inquiry = "inquiry",
        SingleSource = "single_source",
        Listing = "listing",
        Auction = "auction",
    }
}
words! {
    /// How bids are compared.
    EvaluationMethod {
        LowestPrice = "lowest_price",
        AveragePrice = "average_price",
        Comprehensive = "comprehensive",
        QualifiedLowest = "qualified_lowest",
        TwoStage = "two_stage",
    }
}
words! {
    /// How a deposit is given.
    DepositForm {
        Transfer = "transfer",
        Guarantee = "guarantee",
        Insurance = "insurance",
        Annual = "annual",
    }
}
words! {
    /// For what an expert sits on the committee.
    ExpertRole {
        Tenderer = "tenderer",
        Economic = "economic",
        Technical = "technical",
    }
}
words! {
    /// How an expert was chosen.
    DrawMethod {
        Random = "random",
        Direct = "direct",
    }
}
words! {
    /// How an expert arrived.
    Attendance {
        Present = "present",
        Late = "late",
        Absent = "absent",
    }
}
words! {
    /// What a scored item is.
    ScoreKind {
        Objective = "objective",
        Subjective = "subjective",
        Price = "price",
    }
}
words! {
    /// How grave a witness finds what was seen.
    Gravity {
        Note = "note",
        Minor = "minor",
        Serious = "serious",
    }
}
words! {
    /// What a witness saw.
    WitnessKind {
        ExpertLate = "expert_late",
        ExpertAbsent = "expert_absent",
        ExpertLeft = "expert_left",
        PrivateContact = "private_contact",
        PhoneCarriedIn = "phone_carried_in",
        OpeningDelayed = "opening_delayed",
        SealBroken = "seal_broken",
        DecryptionFailed = "decryption_failed",
        EquipmentFault = "equipment_fault",
        Disorder = "disorder",
        ObjectionOnSite = "objection_on_site",
        ScoringInterference = "scoring_interference",
        ScoringNotIndependent = "scoring_not_independent",
        Inducement = "inducement",
        SignedForAnother = "signed_for_another",
        PaperPassed = "paper_passed",
        InformationLeak = "information_leak",
        UnauthorisedPerson = "unauthorised_person",
        ProcedureSkipped = "procedure_skipped",
        Unfit = "unfit",
        Other = "other",
    }
}
words! {
    /// How a recording device does.
    DeviceState {
        Ok = "ok",
        Interrupted = "interrupted",
        Skewed = "skewed",
    }
}
words! {
    /// An objection (异议) in engineering, a challenge (质疑) in government procurement.
    ObjectionKind {
        Objection = "objection",
        Challenge = "challenge",
    }
}
words! {
    /// Why a party is listed.
    CreditKind {
        Blacklist = "blacklist",
        Penalty = "penalty",
        Collusion = "collusion",
        Dishonest = "dishonest",
    }
}
words! {
    /// With what an alert is closed.
    Outcome {
        Penalised = "penalised",
        ReferredEnforcement = "referred_enforcement",
        ReferredDiscipline = "referred_discipline",
        ReferredPolice = "referred_police",
        Unfounded = "unfounded",
        Insufficient = "insufficient",
    }
}
words! {
    /// How serious an alert is.
    AlertLevel {
        Yellow = "yellow",
        Orange = "orange",
        Red = "red",
    }
}
words! {
    /// What was decided about an entry of the quarantine.
    QuarantineDecision {
        Resubmitted = "resubmitted",
        Dismissed = "dismissed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        macro_rules! check {
            ($($name:ident),+) => {
                $(for value in $name::ALL {
                    assert_eq!($name::parse(value.as_str()), Some(*value));
                })+
            };
        }
        check!(
            Industry,
            Method,
            EvaluationMethod,
            DepositForm,
            ExpertRole,
            DrawMethod,
            Attendance,
            ScoreKind
        );
        check!(Gravity, WitnessKind, DeviceState, ObjectionKind, CreditKind, Outcome);
        assert_eq!(Method::parse("Public"), Some(Method::Public));
        assert_eq!(Method::parse("open"), None);
    }
}
