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

/// What is filtered has fields `id` and `tags`.
macro_rules! filtered {
    ($of:ty { $($filter:literal => $value:expr),* $(,)? }) => {
        impl Filtered for $of {
            const FILTERS: &'static [&'static str] = &[$($filter),*];

            fn id(&self) -> &String {
                &self.id
            }

            fn tags(&self) -> &BTreeMap<String, String> {
                &self.tags
            }

            fn value(&self, filter: &str) -> Option<&str> {
                let value: fn(&Self) -> Option<&str> = match filter {
                    $($filter => $value,)*
                    _ => return None,
                };
                value(self)
            }
        }
    };
}

filtered!(Instance {
    "instance-state-name" => |it| Some(it.state.name()),
    "instance-id" => |it| Some(&it.id),
});

filtered!(Volume {
    "status" => |it| Some(it.state.name()),
    "attachment.instance-id" => |it| it.attachment.as_ref().map(|at| at.instance.as_str()),
});

filtered!(Snapshot {
    "status" => |it| Some(it.state.name()),
    "volume-id" => |it| Some(&it.volume),
});

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
