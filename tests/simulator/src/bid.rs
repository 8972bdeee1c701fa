//! A bid as planned, and what a scheme changes in it.

use std::sync::LazyLock;

use crate::{clock::Local, codes::PersonNo, firms::FirmNo};

/// What becomes of a bid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Opened and evaluated.
    Stands,
    /// Opened, then rejected.
    Rejected,
    /// Withdrawn before the deadline.
    Withdrawn,
    /// Could not be decrypted.
    Unreadable,
}

impl Fate {
    /// Is the bid opened with a price?
    pub const fn is_priced(self) -> bool {
        matches!(self, Self::Stands | Self::Rejected)
    }
}

/// How a deposit is paid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Bank transfer from the basic account.
    Transfer,
    /// Letter of guarantee.
    Guarantee,
    /// Insurance.
    Insurance,
}

/// A bid.
pub struct Bid {
    /// The bidder.
    pub firm: FirmNo,
    /// Its number in this venue: digests and file codes follow from it.
    pub number: u64,
    /// The price; 0 if never opened.
    pub price: i64,
    /// When the documents were downloaded.
    pub downloaded: Local,
    /// When the deposit was paid.
    pub paid: Local,
    /// When the bid was submitted.
    pub submitted: Local,
    /// When the file was created; unlike for all bids of a section.
    pub created: Local,
    /// When it is decrypted.
    pub decrypted: Local,
    /// Which of the firm's machines.
    pub machine: u64,
    /// Which of the firm's agents and staff.
    pub crew: u64,
    /// Sections that the firm had won when this was planned: names the manager.
    pub wins_before: u32,
    /// How the deposit is paid.
    pub form: Form,
    /// Uploaded at the venue.
    pub on_site: bool,
    /// Submitted twice; the second counts.
    pub revised: bool,
    /// What becomes of it.
    pub fate: Fate,
    /// What a scheme changed.
    pub twist: Option<Box<Twist>>,
}

/// Values that a scheme puts in the place of a bidder's own. Numbers come from the venue's count of
/// throw-away values, so that nothing else shares them.
#[derive(Default, Clone)]
pub struct Twist {
    /// The machine: all five hardware codes.
    pub hardware: Option<u64>,
    /// The memory module only.
    pub memory: Option<u64>,
    /// The machine code.
    pub machine_code: Option<u64>,
    /// The address that the bid was sent from.
    pub ip: Option<u64>,
    /// The address that the documents were downloaded from.
    pub download_ip: Option<u64>,
    /// The address that the bid was decrypted from.
    pub decrypt_ip: Option<u64>,
    /// The pricing software's lock.
    pub pricing_lock: Option<u64>,
    /// The certificate.
    pub ca_lock: Option<u64>,
    /// The file creation code.
    pub feature: Option<u64>,
    /// The file's author.
    pub author: Option<u64>,
    /// Where most of the text comes from.
    pub text: Option<u64>,
    /// Where most of the unit prices come from.
    pub items: Option<u64>,
    /// Another firm named in the file.
    pub names: Option<FirmNo>,
    /// Another file is opened than was submitted.
    pub swapped_file: bool,
    /// The agent.
    pub agent: Option<PersonNo>,
    /// The contact.
    pub contact: Option<PersonNo>,
    /// The contact's telephone.
    pub phone: Option<u64>,
    /// The contact's mail address.
    pub email: Option<u64>,
    /// The manager.
    pub manager: Option<PersonNo>,
    /// One more on the staff.
    pub staff: Option<PersonNo>,
    /// Who attends the opening.
    pub attendee: Option<PersonNo>,
    /// The firm whose account pays the deposit.
    pub payer: Option<FirmNo>,
    /// The deposit does not come from the basic account.
    pub side_account: bool,
    /// Who applies for the guarantee.
    pub applicant: Option<PersonNo>,
    /// The address that the guarantee was applied for from.
    pub apply_ip: Option<u64>,
    /// The telephone given for the guarantee.
    pub apply_phone: Option<u64>,
    /// A partner in a consortium.
    pub partner: Option<FirmNo>,
}

/// The values of a bid that no scheme touched.
static UNTOUCHED: LazyLock<Twist> = LazyLock::new(Twist::default);

impl Bid {
    /// The scheme's values, to write to.
    pub fn twist(&mut self) -> &mut Twist {
        self.twist.get_or_insert_default()
    }

    /// The scheme's values.
    pub fn twisted(&self) -> &Twist {
        self.twist.as_deref().unwrap_or(&UNTOUCHED)
    }
}
