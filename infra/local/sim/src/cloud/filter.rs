//! The filters of DescribeInstances.

use super::{calls::Filter, error::AwsError, view::Instance};

/// [gjbae1212/gossm pull request 35]
const MOST_VALUES: usize = 200;

/// Whether these filters can be given together.
pub(super) fn check(filters: &[Filter]) -> Result<(), AwsError> {
    filters.iter().try_for_each(check_one)?;
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
fn check_one(filter: &Filter) -> Result<(), AwsError> {
    let known = ["instance-state-name", "instance-id", "tag-key"];
    let name = filter.name.as_str();
    if !known.contains(&name) && !name.starts_with("tag:") {
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
pub(super) fn matches(filter: &Filter, instance: &Instance) -> bool {
    let one_of = |value: &str| filter.values.iter().any(|wanted| wanted == value);
    match filter.name.strip_prefix("tag:") {
        Some(key) => instance.tags.get(key).is_some_and(|value| one_of(value)),
        None => match filter.name.as_str() {
            "instance-state-name" => one_of(instance.state.name()),
            "instance-id" => one_of(&instance.id),
            _ => instance.tags.keys().any(|key| one_of(key)),
        },
    }
}
