//! Where flows may go: hosts that the deployment names, and no others whatever a name server says.
//!
//! A name on the list must not lead to this machine or to the addresses beside it (a name server of somebody else could
//! say so); an address that the list names itself may be called.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Stands for this machine on the list: `localhost`, 127.0.0.0/8 and ::1, on every port.
const LOOPBACK: &str = "loopback";

/// The deployment's list.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    entries: Vec<Entry>,
    loopback: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    /// As addresses write it: lower case, IPv6 in brackets.
    host: String,
    /// Any where none is named.
    port: Option<u16>,
}

impl Reach {
    /// Errs with the entry that is no host.
    pub(crate) fn read(list: &[String]) -> Result<Self, String> {
        let mut reach = Self::default();
        for text in list {
            if text == LOOPBACK {
                reach.loopback = true;
            } else {
                reach.entries.push(entry(text).ok_or_else(|| text.clone())?);
            }
        }
        Ok(reach)
    }

    pub(crate) fn allows(&self, url: &Url) -> bool {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
        let named = |entry: &Entry| entry.host == host && entry.port.is_none_or(|only| only == port);
        self.entries.iter().any(named) || (self.loopback && is_loopback(host))
    }

    /// Whether a name that is on the list may lead to this address.
    fn may_lead_to(&self, name: &str, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if name == "localhost" {
            return address.is_loopback();
        }
        if address.is_loopback() {
            return self.loopback;
        }
        match address {
            IpAddr::V4(address) => {
                !(address.is_link_local()
                    || address.is_unspecified()
                    || address.is_broadcast()
                    || address.is_multicast())
            }
            IpAddr::V6(address) => {
                !(address.is_unicast_link_local() || address.is_unspecified() || address.is_multicast())
            }
        }
    }
}

fn entry(text: &str) -> Option<Entry> {
    // The parser of addresses knows every way to write a host; only a host may stand here.
    let url = Url::parse(&format!("http://{text}/")).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let port = match text.rsplit_once(':') {
        Some((_, port)) if !text.ends_with(']') => Some(port.parse().ok()?),
        _ => None,
    };
    let host = url.host_str()?.to_owned();
    (bare && !host.contains('*') && !text.contains('/')).then_some(Entry { host, port })
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The deployment's own table of names, for networks where no name server answers. Its owner wrote it, so that a name may
/// lead home here; whether the name may be called at all is another question.
#[derive(Debug, Default)]
pub(crate) struct Hosts(BTreeMap<String, SocketAddr>);

impl Hosts {
    /// Each name with `ip` or `ip:port`; the port is taken where an address names none. Errs with the name that has none.
    pub(crate) fn read(table: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut hosts = BTreeMap::new();
        for (name, to) in table {
            let found = entry(name).filter(|entry| entry.port.is_none() && entry.host.parse::<IpAddr>().is_err());
            let address = socket_address(to);
            match (found, address) {
                (Some(entry), Some(address)) => drop(hosts.insert(entry.host, address)),
                _ => return Err(name.clone()),
            }
        }
        Ok(Self(hosts))
    }
}

/// No port is 0, which the client replaces by the one of the address.
fn socket_address(text: &str) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let alone = || bare.parse::<IpAddr>().ok().map(|address| SocketAddr::new(address, 0));
    text.parse().ok().or_else(alone)
}

/// Looks names up, and leaves out addresses that they must not lead to.
pub(crate) struct Resolver {
    pub(crate) reach: Arc<Reach>,
    pub(crate) hosts: Arc<Hosts>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach.clone();
        if let Some(address) = self.hosts.0.get(name.as_str()) {
            let one: Addrs = Box::new(std::iter::once(*address));
            return Box::pin(std::future::ready(Ok(one)));
        }
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let any = !found.is_empty();
            let kept: Vec<SocketAddr> =
                found.into_iter().filter(|address| reach.may_lead_to(name.as_str(), address.ip())).collect();
            if any && kept.is_empty() {
                return Err(LedAstray.into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

/// The name leads to addresses that it must not lead to.
#[derive(Debug)]
pub(crate) struct LedAstray;

impl fmt::Display for LedAstray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads to this machine or its neighbours")
    }
}

impl std::error::Error for LedAstray {}

/// Whether a client's error comes from [`LedAstray`].
pub(crate) fn is_led_astray(error: &reqwest::Error) -> bool {
    let mut at: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = at {
        if error.is::<LedAstray>() {
            return true;
        }
        at = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(list: &[&str]) -> Reach {
        Reach::read(&list.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn only_named_hosts_and_ports() {
        let reach = reach(&["api.example.ir", "10.0.0.5:8080", "[2001:db8::1]:443", "نمونه.ایران"]);
        for (address, allowed) in [
            ("https://api.example.ir/x", true),
            ("http://API.example.ir:8080/", true),
            ("http://10.0.0.5:8080/", true),
            ("http://0x0a000005:8080/", true),
            ("http://10.0.0.5/", false),
            ("https://[2001:db8:0::1]/", true),
            ("https://xn--hhbbbed.xn--mgba3a4f16a/", true),
            ("http://example.ir/", false),
            ("http://api.example.ir.evil.ir/", false),
            ("http://evil.ir/api.example.ir", false),
            ("http://127.0.0.1/", false),
            ("http://localhost/", false),
            ("http://[::ffff:127.0.0.1]/", false),
        ] {
            assert_eq!(reach.allows(&Url::parse(address).unwrap()), allowed, "{address}");
        }
    }

    #[test]
    fn loopback_is_this_machine_in_every_spelling() {
        let reach = reach(&["loopback"]);
        for (address, allowed) in [
            ("http://localhost:3000/", true),
            ("http://127.8.9.10:1/", true),
            ("http://2130706433/", true),
            ("http://[::1]:80/", true),
            ("http://0.0.0.0/", false),
            ("http://localhost.example.ir/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(reach.allows(&Url::parse(address).unwrap()), allowed, "{address}");
        }
    }

    #[test]
    fn names_do_not_lead_home() {
        let reach = reach(&["api.example.ir"]);
        for (name, address, allowed) in [
            ("api.example.ir", "10.1.2.3", true),
            ("api.example.ir", "5.6.7.8", true),
            ("api.example.ir", "127.0.0.1", false),
            ("api.example.ir", "::1", false),
            ("api.example.ir", "::ffff:127.0.0.1", false),
            ("api.example.ir", "169.254.169.254", false),
            ("api.example.ir", "fe80::1", false),
            ("api.example.ir", "0.0.0.0", false),
            ("localhost", "127.0.0.1", true),
            ("localhost", "10.1.2.3", false),
        ] {
            assert_eq!(reach.may_lead_to(name, address.parse().unwrap()), allowed, "{name} {address}");
        }
    }

    #[test]
    fn a_table_leads_names_to_addresses() {
        let read = |name: &str, to: &str| Hosts::read(&BTreeMap::from([(name.to_owned(), to.to_owned())]));
        for (to, expected) in [
            ("10.0.0.5", "10.0.0.5:0"),
            ("10.0.0.5:8443", "10.0.0.5:8443"),
            ("::1", "[::1]:0"),
            ("[::1]", "[::1]:0"),
            ("[::1]:8443", "[::1]:8443"),
        ] {
            let hosts = read("API.example.ir", to).unwrap();
            assert_eq!(hosts.0["api.example.ir"].to_string(), expected);
        }
        assert!(read("نمونه.ایران", "10.0.0.5").unwrap().0.contains_key("xn--hhbbbed.xn--mgba3a4f16a"));
        for (name, to) in [
            ("a.ir", "b.ir"),
            ("a.ir", ""),
            ("a.ir", "10.0.0.5:x"),
            ("a.ir:80", "10.0.0.5"),
            ("10.0.0.4", "10.0.0.5"),
            ("http://a.ir", "10.0.0.5"),
            ("*.ir", "10.0.0.5"),
        ] {
            assert_eq!(read(name, to).unwrap_err(), name, "{to}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["", "http://h", "h/path", "user@h", "h:port", "*.example.ir", "h:99999", "h?x", "h#x", "a b"] {
            assert_eq!(Reach::read(&[text.to_owned()]).unwrap_err(), text);
        }
    }
}
