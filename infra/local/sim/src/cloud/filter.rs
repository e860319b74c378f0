//! The filters of EC2's describe calls.

use std::collections::BTreeMap;

use super::{
    disk_view::{Snapshot, Volume},
    error::AwsError,
    parameters::Filter,
    view::Instance,
};

/// [gjbae1212/gossm pull request 35]
const MOST_VALUES: usize = 200;

/// Something that filters choose from.
pub(super) trait Filtered {
    /// The filters that are simulated, but for those of tags.
    const FILTERS: &'static [&'static str];

    /// Its id.
    fn id(&self) -> &String;

    /// Its tags.
    fn tags(&self) -> &BTreeMap<String, String>;

    /// What a filter of [`Filtered::FILTERS`] compares with.
    fn value(&self, filter: &str) -> Option<&str>;
}

impl Filtered for Instance {
    const FILTERS: &'static [&'static str] = &["instance-state-name", "instance-id"];

    fn id(&self) -> &String {
        &self.id
    }

    fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    fn value(&self, filter: &str) -> Option<&str> {
        match filter {
            "instance-state-name" => Some(self.state.name()),
            "instance-id" => Some(&self.id),
            _ => None,
        }
    }
}

impl Filtered for Volume {
    const FILTERS: &'static [&'static str] = &["status", "attachment.instance-id"];

    fn id(&self) -> &String {
        &self.id
    }

    fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    fn value(&self, filter: &str) -> Option<&str> {
        match filter {
            "status" => Some(self.state.name()),
            "attachment.instance-id" => self.attachment.as_ref().map(|at| at.instance.as_str()),
            _ => None,
        }
    }
}

impl Filtered for Snapshot {
    const FILTERS: &'static [&'static str] = &["status", "volume-id"];

    fn id(&self) -> &String {
        &self.id
    }

    fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    fn value(&self, filter: &str) -> Option<&str> {
        match filter {
            "status" => Some(self.state.name()),
            "volume-id" => Some(&self.volume),
            _ => None,
        }
    }
}

/// Whether these filters can be given together.
pub(super) fn check<T: Filtered>(filters: &[Filter]) -> Result<(), AwsError> {
    filters.iter().try_for_each(check_one::<T>)?;
    if filters.iter().map(|filter| filter.values.len()).sum::<usize>() > MOST_VALUES {
        return Err(AwsError::client(
            "FilterLimitExceeded",
            format!(
                "The maximum number of filter values specified on a single call is {MOST_VALUES}"
            ),
        ));
    }
    Ok(())
}

/// Names that are simulated; and no wildcards in values, which AWS would expand.
fn check_one<T: Filtered>(filter: &Filter) -> Result<(), AwsError> {
    let name = filter.name.as_str();
    if !T::FILTERS.contains(&name) && name != "tag-key" && !name.starts_with("tag:") {
        return Err(AwsError::client(
            "InvalidParameterValue",
            format!("The filter '{name}' is invalid (or not simulated)"),
        ));
    }
    match filter.values.iter().find(|value| value.contains(['*', '?', '\\'])) {
        Some(value) => Err(AwsError::client(
            "InvalidParameterValue",
            format!("The wildcards in the filter value '{value}' are not simulated"),
        )),
        None => Ok(()),
    }
}

/// One of the values matches, to the letter. [docs: Using_Filtering]
pub(super) fn matches(filter: &Filter, thing: &impl Filtered) -> bool {
    let one_of = |value: &str| filter.values.iter().any(|wanted| wanted == value);
    match filter.name.strip_prefix("tag:") {
        Some(key) => thing.tags().get(key).is_some_and(|value| one_of(value)),
        None if filter.name == "tag-key" => thing.tags().keys().any(|key| one_of(key)),
        None => thing.value(&filter.name).is_some_and(one_of),
    }
}
