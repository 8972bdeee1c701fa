//! Devices: what bidders sent their bids from, and with.

use super::bids::{Bid, HARDWARE};
use super::terms::{Group, Section};
use super::world::{Name, name};
use super::{Found, Holds, documents};
use std::collections::BTreeSet;
use xiezhi_dataflows::event::Industry;

pub fn judge(section: &Section<'_>, holds: &mut Holds) {
    machines(section, holds);
    locks(section, holds);
    addresses(section, holds);
    coincidences(section, holds);
}

/// Mac, cpu and disk all given; each event shows its part.
fn machines_of<'a>(section: &Section<'a>, bid: &Bid<'a>) -> Vec<(String, Name<'a>)> {
    let [macs, cpus, disks] = [0, 1, 2].map(|at| {
        let mut codes = bid.device(HARDWARE[at].1);
        codes.retain(|(code, _)| section.counts(code));
        codes
    });
    let mut machines = Vec::new();
    for (mac, mac_event) in &macs {
        for (cpu, cpu_event) in &cpus {
            for (disk, disk_event) in &disks {
                let machine = format!("{cpu} {disk} {mac}");
                machines.extend([mac_event, cpu_event, disk_event].map(|event| (machine.clone(), *event)));
            }
        }
    }
    machines
}

/// DEV-01: all three equal; DEV-06: one code equal.
fn machines(section: &Section<'_>, holds: &mut Holds) {
    let same_machine = section.groups(|bid| bid.off_site(machines_of(section, bid)));
    for group in &same_machine {
        let codes: Vec<&str> = group.value.split(' ').collect();
        let key = [("cpu_id", codes[0]), ("disk_serial", codes[1]), ("mac", codes[2])];
        holds.findings.insert(Found::group("DEV-01", section, "S", "", group).key(key));
    }
    for (kind, code) in HARDWARE {
        for group in section.groups(|bid| bid.off_site(bid.device(code))) {
            let inside = same_machine.iter().any(|machine| group.bidders.is_subset(&machine.bidders));
            if !inside {
                holds.findings.insert(Found::group("DEV-06", section, "L", kind, &group));
            }
        }
    }
}

/// DEV-03, 04, 05 and 10.
fn locks(section: &Section<'_>, holds: &mut Holds) {
    let engineering = section.industry() == Some(Industry::Engineering);
    let of_files = if engineering { "S" } else { "L" };
    for (rule, severity, kind, groups) in [
        ("DEV-03", "S", "pricing_lock", section.groups(Bid::pricing_locks)),
        ("DEV-04", "S", "machine_code", section.groups(|bid| bid.device(|device| &device.machine_code))),
        ("DEV-05", of_files, "feature_code", section.groups(Bid::feature_codes)),
        ("DEV-10", "S", "ca_lock", section.groups(Bid::ca_locks)),
    ] {
        let found = groups.iter().map(|group| Found::group(rule, section, severity, kind, group));
        holds.findings.extend(found);
    }
}

/// DEV-07, 08 and 09: where bids were sent from, documents downloaded to, bids decrypted from.
fn addresses(section: &Section<'_>, holds: &mut Holds) {
    for (rule, groups) in [
        ("DEV-07", section.groups(|bid| bid.off_site(bid.addresses()))),
        ("DEV-08", section.groups(downloaded_to)),
        ("DEV-09", section.groups(|bid| bid.off_site(decrypted_from(bid)))),
    ] {
        for group in groups {
            holds.guarded(section, &group, Found::group(rule, section, "L", "ip", &group));
        }
    }
}

fn downloaded_to<'a>(bid: &Bid<'a>) -> Vec<(&'a str, Name<'a>)> {
    let downloads = bid.downloads();
    downloads.filter_map(|(event, download)| Some((download.ip.as_deref()?, name(event)))).collect()
}

fn decrypted_from<'a>(bid: &Bid<'a>) -> Vec<(&'a str, Name<'a>)> {
    let decrypted = bid.decrypted();
    decrypted.filter_map(|(event, decrypted)| Some((decrypted.ip.as_deref()?, name(event)))).collect()
}

/// DEV-14: two different bidders coincide in at least three families.
fn coincidences(section: &Section<'_>, holds: &mut Holds) {
    let families = families(section);
    for (a, b) in section.pairs() {
        let (mut coinciding, mut events, mut values) = (BTreeSet::new(), BTreeSet::new(), 0);
        for (family, group) in &families {
            if group.bidders.contains(a) && group.bidders.contains(b) {
                coinciding.insert(*family);
                values += 1;
                let of_both = group.shown.iter().filter(|(bidder, _)| *bidder == a || *bidder == b);
                events.extend(of_both.map(|(_, event)| *event));
            }
        }
        if coinciding.len() >= section.thresholds().families_min as usize {
            let found = Found::new("DEV-14", Some(section.code), "L").key([("bidder", a), ("bidder", b)]);
            let found =
                found.measured([("families", coinciding.len().to_string()), ("values", values.to_string())]);
            holds.findings.insert(found.parties([a, b]).evidence(events));
        }
    }
}

/// The groups that share a value, by family.
fn families<'a>(section: &Section<'a>) -> Vec<(&'static str, Group<'a>)> {
    let mut families = Vec::new();
    let mut add = |family: &'static str, groups: Vec<Group<'a>>| {
        families.extend(groups.into_iter().map(|group| (family, group)));
    };
    for (_, code) in HARDWARE {
        add("hardware", section.groups(|bid| bid.off_site(bid.device(code))));
    }
    add("hardware", section.groups(|bid| bid.off_site(bid.device(|device| &device.machine_code))));
    add("ip", quiet(section, section.groups(|bid| bid.off_site(bid.addresses()))));
    add("pricing_lock", section.groups(Bid::pricing_locks));
    add("ca_lock", section.groups(Bid::ca_locks));
    add("feature_code", section.groups(Bid::feature_codes));
    add("author", quiet(section, section.groups(documents::authors)));
    add("author", quiet(section, section.groups(documents::last_savers)));
    add("contact", section.groups(Bid::contacts));
    add("contact", section.groups(Bid::phones));
    add("contact", section.groups(Bid::emails));
    add("person", section.groups(Bid::agents));
    add("person", section.groups(Bid::team));
    add("account", section.groups(Bid::paid_from));
    families
}

fn quiet<'a>(section: &Section<'a>, mut groups: Vec<Group<'a>>) -> Vec<Group<'a>> {
    groups.retain(|group| !section.is_noise(group));
    groups
}
