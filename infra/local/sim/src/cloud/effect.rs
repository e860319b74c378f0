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
    /// A volume can be attached from now on.
    VolumeCreated {
        /// The volume.
        id: String,
        /// In GiB.
        size: u32,
        /// The snapshot whose contents it has; blank if `None`.
        from: Option<String>,
    },
    /// A volume is larger from now on.
    VolumeGrown {
        /// The volume.
        id: String,
        /// In GiB.
        size: u32,
    },
    /// A volume's device has appeared; in a stopped instance it will be there at its start.
    VolumeAttached {
        /// The volume.
        id: String,
        /// The instance.
        instance: String,
        /// The name of the device, e.g. `/dev/sdh`.
        device: String,
    },
    /// A volume's device is gone, also because its instance is terminated.
    VolumeDetached {
        /// The volume.
        id: String,
        /// The instance.
        instance: String,
    },
    /// What was on a volume is gone.
    VolumeDeleted {
        /// The volume.
        id: String,
    },
    /// A snapshot holds what is on its volume at this moment.
    SnapshotTaken {
        /// The snapshot.
        id: String,
        /// The volume.
        volume: String,
    },
    /// What a snapshot held is gone; not before the volumes that were being made from it are there.
    SnapshotDeleted {
        /// The snapshot.
        id: String,
    },
    /// The operating system of a started instance is down: its processes are gone and its disk is
    /// wiped. EC2 says `stopped` or `terminated` only some time later.
    BoxStopped {
        /// The instance.
        id: String,
    },
}
