//! Boxes that are not as they should be.

use hotdesk::id::InstanceId;

use super::WorldBoxes;

impl WorldBoxes {
    /// This box answers nothing but probes from now on.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn silence(&self, instance: &InstanceId) {
        self.inner().silent.push(instance.clone());
    }

    /// This box never comes to an end with the files.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn stick(&self, instance: &InstanceId) {
        self.inner().stuck.push(instance.clone());
    }

    /// This box never gets ready.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn break_box(&self, instance: &InstanceId) {
        self.inner().broken.push(instance.clone());
    }

    /// Whether boxes get ready at all.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn break_all(&self, broken: bool) {
        self.inner().all_broken = broken;
    }
}
