//! Which addresses a channel may connect to.
//!
//! A receiver's name is configured, but who answers for the name is decided by others: a name that resolves to the
//! machine itself, to the network behind it or to a cloud's metadata service would make the daemon a door to them. So
//! what is checked is the address about to be connected to, after the name was resolved, whichever way it was written.
//!
//! *Source.* IANA's registries of special-purpose IPv4 and IPv6 addresses (RFC 6890 and its updates).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The open network.
    Public,
    /// Networks of one's own: allowed where the channel says `allow_private = true`.
    Private(&'static str),
    /// Nothing that a receiver can stand at.
    Nowhere(&'static str),
}

/// Why an address is not connected to, and what to do about it; none: it may be. Where nothing is encrypted
/// (`in_the_open`), only networks of one's own are spoken to.
pub fn refusal(address: IpAddr, allow_private: bool, in_the_open: bool) -> Option<String> {
    match reach(address) {
        Reach::Public if in_the_open => {
            Some("a public address, to which nothing is sent without encryption".to_owned())
        }
        Reach::Public => None,
        Reach::Private(_) if allow_private => None,
        Reach::Private(what) => Some(format!("{what}; if it is meant, set allow_private = true")),
        Reach::Nowhere(what) => Some(format!("{what}, at which nobody receives")),
    }
}

const LINK_LOCAL: Reach = Reach::Nowhere("a link-local address");
const RESERVED: Reach = Reach::Nowhere("a reserved address");
const DOCUMENTATION: Reach = Reach::Nowhere("an address for documentation");
const MULTICAST: Reach = Reach::Nowhere("a multicast address");
const UNSPECIFIED: Reach = Reach::Nowhere("an unspecified address");
const LOOPBACK: Reach = Reach::Private("a loopback address");
const PRIVATE: Reach = Reach::Private("a private address");
const SHARED: Reach = Reach::Private("a shared address (100.64.0.0/10)");

/// IPv4, as (first address, prefix length), the first match counts.
const V4: &[([u8; 4], u32, Reach)] = &[
    ([0, 0, 0, 0], 8, UNSPECIFIED),
    ([10, 0, 0, 0], 8, PRIVATE),
    ([100, 64, 0, 0], 10, SHARED),
    ([127, 0, 0, 0], 8, LOOPBACK),
    ([169, 254, 0, 0], 16, LINK_LOCAL),
    ([172, 16, 0, 0], 12, PRIVATE),
    ([192, 0, 0, 0], 24, RESERVED),
    ([192, 0, 2, 0], 24, DOCUMENTATION),
    ([192, 88, 99, 0], 24, RESERVED),
    ([192, 168, 0, 0], 16, PRIVATE),
    ([198, 18, 0, 0], 15, PRIVATE),
    ([198, 51, 100, 0], 24, DOCUMENTATION),
    ([203, 0, 113, 0], 24, DOCUMENTATION),
    ([224, 0, 0, 0], 4, MULTICAST),
    ([240, 0, 0, 0], 4, RESERVED),
];

/// IPv6, by the first four groups.
const V6: &[([u16; 4], u32, Reach)] = &[
    ([0xfc00, 0, 0, 0], 7, PRIVATE),
    ([0xfe80, 0, 0, 0], 10, LINK_LOCAL),
    ([0xfec0, 0, 0, 0], 10, PRIVATE),
    ([0xff00, 0, 0, 0], 8, MULTICAST),
    ([0x2001, 0x0db8, 0, 0], 32, DOCUMENTATION),
    ([0x3fff, 0, 0, 0], 20, DOCUMENTATION),
    // Teredo, ORCHID, benchmarks: tunnels and tests, no receivers.
    ([0x2001, 0, 0, 0], 23, RESERVED),
];

/// What an address belongs to.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => match inner_v4(address) {
            Some(inner) => reach_v4(inner),
            None => reach_v6(address),
        },
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    let within = |net: &[u8; 4], prefix: u32| {
        let mask = u32::MAX << (32 - prefix);
        address.to_bits() & mask == u32::from_be_bytes(*net)
    };
    let found = V4.iter().find(|(net, prefix, _)| within(net, *prefix));
    found.map_or(Reach::Public, |(_, _, reach)| *reach)
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if address.is_loopback() {
        return LOOPBACK;
    }
    if address.is_unspecified() {
        return UNSPECIFIED;
    }
    let high = (address.to_bits() >> 64) as u64;
    let bits = |net: &[u16; 4]| net.iter().fold(0u64, |bits, group| bits << 16 | u64::from(*group));
    let within = |net: &[u16; 4], prefix: u32| high & (u64::MAX << (64 - prefix)) == bits(net);
    let found = V6.iter().find(|(net, prefix, _)| within(net, *prefix));
    match found {
        Some((_, _, reach)) => *reach,
        // All that was ever given out lies in 2000::/3.
        None if within(&[0x2000, 0, 0, 0], 3) => Reach::Public,
        None => RESERVED,
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, translated (NAT64) or by 6to4.
fn inner_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let low = || Some(Ipv4Addr::from_bits(address.to_bits() as u32));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => low(),
        [0, 0, 0, 0, 0, 0, high, low_group] if high != 0 || low_group > 1 => low(),
        [0x2002, ..] => Some(Ipv4Addr::from_bits((address.to_bits() >> 80) as u32)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str, allow_private: bool, in_the_open: bool) -> bool {
        refusal(text.parse().expect("an address"), allow_private, in_the_open).is_some()
    }

    #[test]
    fn the_open_network_is_open() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "192.0.1.1",
            "223.5.5.5",
            "2400:3200::1",
            "2001:200::1",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ] {
            assert!(!refused(address, false, false), "{address}");
            assert!(refused(address, true, true), "nothing goes there in the open: {address}");
        }
    }

    #[test]
    fn networks_of_ones_own_need_to_be_allowed() {
        for address in [
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "10.255.255.255",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "100.100.100.200",
            "198.18.0.1",
            "198.19.255.255",
            "::1",
            "fc00::1",
            "fdff::1",
            "fec0::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::1",
            "2002:c0a8:101::",
        ] {
            assert!(refused(address, false, false), "{address}");
            assert!(!refused(address, true, false) && !refused(address, true, true), "{address}");
        }
    }

    #[test]
    fn some_addresses_are_never_connected_to() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "192.0.0.1",
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "febf::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "100::1",
            "3fff::1",
            "4000::1",
            "64:ff9b:1::1",
            "::ffff:169.254.169.254",
            "::ffff:0.0.0.0",
            "2002:a9fe:a9fe::1",
        ] {
            assert!(refused(address, true, false), "{address}");
        }
    }
}
