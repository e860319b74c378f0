//! The calls that describe, and their pages.

use super::{
    calls::{Filter, Page, Reply},
    error::AwsError,
    sim::Sim,
    view::Instance,
};

impl Sim {
    /// A page is cut before the filters apply, so that one may be empty and another follow.
    /// [docs: Query-Requests, pagination: "might return fewer"; how much fewer is unverified]
    pub(super) fn describe_instances(
        &self,
        ids: &[String],
        filters: &[Filter],
        page: &Page,
    ) -> Result<Reply, AwsError> {
        if !ids.is_empty() && page.size.is_some() {
            return Err(AwsError::client(
                "InvalidParameterCombination",
                "The parameter instancesSet cannot be used with the parameter maxResults",
            ));
        }
        filters.iter().try_for_each(check_filter)?;
        let ids = self.known_instances(ids)?;
        let mut found = self.instances();
        if !ids.is_empty() {
            found.retain(|instance| ids.contains(&instance.id));
        }
        let size = ec2_size(page.size)?;
        let (mut found, next) =
            cut(found, |i| &i.id, size, page.token.as_deref()).ok_or_else(|| {
                AwsError::client("InvalidPaginationToken", "Invalid pagination token")
            })?;
        found.retain(|instance| filters.iter().all(|filter| matches(filter, instance)));
        Ok(Reply::Instances(found, next))
    }

    /// A name that does not exist is left out. [docs: API_DescribeAutoScalingGroups]
    pub(super) fn describe_groups(&self, names: &[String], page: &Page) -> Result<Reply, AwsError> {
        let size = group_size(page.size, 100)?;
        let group = self.group();
        let groups =
            if names.is_empty() || names.contains(&group.name) { vec![group] } else { vec![] };
        let (groups, next) = cut(groups, |group| &group.name, size, page.token.as_deref())
            .ok_or_else(invalid_next_token)?;
        Ok(Reply::Groups(groups, next))
    }

    /// An id that is no member is left out. [docs: API_DescribeAutoScalingInstances]
    pub(super) fn describe_members(&self, ids: &[String], page: &Page) -> Result<Reply, AwsError> {
        let size = group_size(page.size, 50)?;
        if ids.len() > 50 {
            return Err(AwsError::validation("At most 50 instance IDs can be specified."));
        }
        let mut members = self.members();
        if !ids.is_empty() {
            members.retain(|member| ids.contains(&member.id));
        }
        let (members, next) = cut(members, |member| &member.id, size, page.token.as_deref())
            .ok_or_else(invalid_next_token)?;
        Ok(Reply::Members(members, next))
    }

    pub(super) fn describe_hooks(&self, group: &str, names: &[String]) -> Result<Reply, AwsError> {
        self.known_group(group)?;
        let mut hooks = self.group.spec.hooks.clone();
        hooks.retain(|hook| names.is_empty() || names.contains(&hook.name));
        Ok(Reply::Hooks(hooks))
    }
}

/// 5 to 1000. [docs: API_DescribeInstances, MaxResults] Without it, AWS may still cut; here at 1000.
fn ec2_size(size: Option<u32>) -> Result<usize, AwsError> {
    match size {
        None => Ok(1000),
        Some(size @ 5..=1000) => Ok(size as usize),
        Some(size) => Err(AwsError::client(
            "InvalidParameterValue",
            format!(
                "Value ( {size} ) for parameter maxResults is invalid. Expecting a value between \
                 5 and 1000."
            ),
        )),
    }
}

/// 50 unless told otherwise, at most `most`. [docs: API_DescribeAutoScalingGroups,
/// API_DescribeAutoScalingInstances]
fn group_size(size: Option<u32>, most: u32) -> Result<usize, AwsError> {
    match size {
        None => Ok(50),
        Some(size) if (1..=most).contains(&size) => Ok(size as usize),
        Some(size) => Err(AwsError::validation(format!(
            "1 validation error detected: Value '{size}' at 'maxRecords' failed to satisfy \
             constraint: Member must have value less than or equal to {most}"
        ))),
    }
}

fn invalid_next_token() -> AwsError {
    AwsError::client("InvalidNextToken", "The NextToken value is not valid.")
}

/// What tokens begin with; the rest is the last key of the page before.
const TOKEN: &str = "after:";

/// The page of `items`, sorted by `key`, that follows `token`, and the next page's token. `None` if
/// the token is none of ours.
fn cut<T>(
    items: Vec<T>,
    key: impl Fn(&T) -> &String,
    size: usize,
    token: Option<&str>,
) -> Option<(Vec<T>, Option<String>)> {
    let after = token.map(|token| token.strip_prefix(TOKEN).ok_or(())).transpose().ok()?;
    let mut rest =
        items.into_iter().filter(|item| after.is_none_or(|after| key(item) > &after.to_owned()));
    let page: Vec<T> = rest.by_ref().take(size).collect();
    let more = rest.next().is_some();
    let next = page.last().filter(|_| more).map(|last| format!("{TOKEN}{}", key(last)));
    Some((page, next))
}

/// Names that are simulated; and no wildcards in values, which AWS would expand.
fn check_filter(filter: &Filter) -> Result<(), AwsError> {
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
fn matches(filter: &Filter, instance: &Instance) -> bool {
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
