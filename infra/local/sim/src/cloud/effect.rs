//! What the cloud does to the world outside it.

use std::net::Ipv4Addr;

use serde_json::Value;

/// Something that happened in the cloud and that somebody outside acts on, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// An event on the default bus of EventBridge: the whole envelope, as a function gets it.
    Event(Value),
    /// An instance is `running`: its operating system begins to boot.
    BoxStarted {
        /// The instance.
        id: String,
        /// Its public address until it stops.
        public_ip: Ipv4Addr,
        /// Its private address, the same for its whole life.
        private_ip: Ipv4Addr,
    },
    /// The operating system of a started instance is down: its processes are gone and its disk is
    /// wiped. EC2 says `stopped` or `terminated` only some time later.
    BoxStopped {
        /// The instance.
        id: String,
    },
}
