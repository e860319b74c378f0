//! The names of boxes in DNS: the port to a hosted zone.
//!
//! A box cannot write its own name, as it holds no credentials; so the functions do. The name is the
//! box's, `{instanceId}.{domain}`, and its one A record says where the box is.

use std::{fmt, future::Future, net::Ipv4Addr, str::FromStr};

use crate::{
    clock::Ms,
    fleet::{Answer, Machine, Power},
    id::InstanceId,
    seats::Addresses,
};

/// How long resolvers may keep an answer, seconds. Much less than [`crate::store::REST`]: a name is
/// parked while its box is stopped, so by the time the box is started again no resolver has the
/// address of its last life.
pub const TTL: u32 = 10;

const _: () = assert!((TTL as u64) < crate::store::REST.as_secs());

/// What the name of a stopped box says, whose address AWS has given to somebody else: an address
/// that is routed nowhere (RFC 5737). Without any record, resolvers would remember that there is
/// none for as long as the zone's SOA says, 15 minutes with Route 53's own.
pub const NOWHERE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// How many names one call changes: Route 53 takes 1000 records, and counts twice those that replace
/// others (Route 53 Developer Guide, "Quotas").
pub const BATCH: usize = 400;

/// Which address of a box its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The public one: another one with each start.
    Public,
    /// The private one, which a box keeps.
    Private,
}

/// Neither `public` nor `private`.
#[derive(Debug, thiserror::Error)]
#[error("must be public or private")]
pub struct NoWhich;

impl FromStr for Which {
    type Err = NoWhich;

    fn from_str(text: &str) -> Result<Self, NoWhich> {
        match text {
            "public" => Ok(Self::Public),
            "private" => Ok(Self::Private),
            _ => Err(NoWhich),
        }
    }
}

impl Which {
    /// Where a box's name should lead; `None` while it has no such address, or is not there to stay. One
    /// that is starting has its address already (that EC2 shows it so early is unverified).
    #[must_use]
    pub fn place(self, machine: &Machine) -> Option<Place> {
        let Addresses { public_ip, private_ip } = &machine.addresses;
        let (address, launched) = match self {
            Self::Public => (public_ip, machine.launched),
            Self::Private => (private_ip, Ms(0)),
        };
        let starts = matches!(machine.power, Power::Pending | Power::Running);
        let address = address.parse().ok().filter(|_| starts)?;
        Some(Place { address, launched })
    }
}

/// Where a box is in one of its lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What its name should say.
    pub address: Ipv4Addr,
    /// When that life began, so that nothing that was noted of an earlier one is taken for this one's;
    /// 0 if the address is the same in all of them.
    pub launched: Ms,
}

/// What was last written of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where its name leads.
    pub place: Place,
    /// The change that not all name servers know yet; `None` once they do.
    pub change: Option<ChangeId>,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place: Place { address, launched }, change } = self;
        write!(f, "{launched} {address} {}", change.as_ref().map_or("", ChangeId::as_str))
    }
}

/// Not what a [`Written`] is noted as.
#[derive(Debug, thiserror::Error)]
#[error("no note of a name")]
pub struct NoNote;

impl FromStr for Written {
    type Err = NoNote;

    fn from_str(text: &str) -> Result<Self, NoNote> {
        let mut parts = text.splitn(3, ' ');
        let mut part = || parts.next().ok_or(NoNote);
        let launched = part()?.parse().map_err(|_| NoNote)?;
        let address = part()?.parse().map_err(|_| NoNote)?;
        let change = Some(part()?).filter(|id| !id.is_empty()).map(|id| ChangeId(id.to_owned()));
        Ok(Self { place: Place { address, launched }, change })
    }
}

/// A change to the zone that is on its way to the name servers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeId(pub String);

impl ChangeId {
    /// As AWS writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a box, as the zone has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The box.
    pub instance: InstanceId,
    /// What it says.
    pub address: Ipv4Addr,
    /// How long resolvers may keep it, seconds.
    pub ttl: u32,
}

macro_rules! calls {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $out:ty;)*) => {
        /// The port to the zone, called only where boxes have names. A call that changes names takes at
        /// most [`BATCH`] of them, and changes all or none.
        pub trait Names: Send + Sync {
            $($(#[$doc])* fn $name(&self $(, $arg: $ty)*) -> impl Future<Output = Answer<$out>> + Send;)*
        }
    };
}

calls! {
    /// The names of all boxes, those that are gone too.
    fn names(&self) -> Vec<Name>;
    /// Writes these names, whatever they said. Doing it again is harmless.
    fn set_names(&self, names: &[(InstanceId, Ipv4Addr)]) -> ChangeId;
    /// Has these names say something else, or removes them, if each of them still says what is given;
    /// returns whether that was so.
    fn replace_names(&self, names: &[(Name, Option<Ipv4Addr>)]) -> bool;
    /// Whether all name servers know of a change.
    fn in_sync(&self, change: &ChangeId) -> bool;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_note_says_what_was_written(
            address in any::<[u8; 4]>(),
            launched in any::<u64>(),
            change in proptest::option::of("[A-Z0-9]{1,32}"),
        ) {
            let place = Place { address: address.into(), launched: Ms(launched) };
            let written = Written { place, change: change.map(ChangeId) };
            prop_assert_eq!(written.to_string().parse::<Written>().unwrap(), written);
        }

        #[test]
        fn what_is_no_note_is_refused(text in "\\PC{0,40}") {
            if let Ok(written) = text.parse::<Written>() {
                prop_assert_eq!(written.to_string().parse::<Written>().unwrap(), written);
            }
        }
    }
}
