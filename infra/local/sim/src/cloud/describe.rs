//! The calls that describe, and their pages.

use super::{
    error::AwsError,
    filter,
    ids::{Resource, each_once},
    parameters::{Filter, Page},
    reply::Reply,
    sim::Sim,
    view::Instance,
};

/// [docs: API_DescribeInstances, "Maximum 1000 explicitly specified instance IDs"]
const MOST_IDS: usize = 1000;

impl Sim {
    /// A page is cut before the filters apply, so that one may be empty and another follow.
    /// [docs: Query-Requests, pagination: "might return fewer"; how much fewer is unverified]
    pub(super) fn describe_instances(
        &mut self,
        ids: &[String],
        filters: &[Filter],
        page: &Page,
    ) -> Result<Reply, AwsError> {
        ids_or_size("instancesSet", ids, page)?;
        filter::check::<Instance>(filters)?;
        let ids = Resource::Instance.well_formed(ids)?;
        if ids.len() > MOST_IDS {
            // The code and the sentence are DescribeInstanceStatus's [bastillion-io/Bastillion-EC2
            // issue 8]; for this call they are unverified.
            return Err(AwsError::client(
                "InvalidRequest",
                format!(
                    "{} exceeds the maximum number of instance IDs that can be specified \
                     ({MOST_IDS}). Please specify fewer than {MOST_IDS} instance IDs.",
                    ids.len()
                ),
            ));
        }
        let size = ec2_size(page.size)?;
        let after = after(page).ok_or_else(invalid_pagination_token)?;
        let (mut found, next) = if ids.is_empty() {
            cut(self.seen_instances(after), |i| &i.id, size)
        } else {
            let named = self.named_instances(ids)?.into_iter();
            cut(named.filter(|i| after.is_none_or(|after| i.id.as_str() > after)), |i| &i.id, size)
        };
        found.retain(|instance| filters.iter().all(|filter| filter::matches(filter, instance)));
        Ok(Reply::Instances(found, next))
    }

    /// The instances of these ids, if a reader sees all of them.
    fn named_instances(&mut self, mut ids: Vec<String>) -> Result<Vec<Instance>, AwsError> {
        let mut found = Vec::with_capacity(ids.len());
        ids.retain(|id| match self.seen_instance(id) {
            Some(instance) => {
                found.push(instance);
                false
            }
            None => true,
        });
        found.sort_by(|a: &Instance, b| a.id.cmp(&b.id));
        if ids.is_empty() { Ok(found) } else { Err(Resource::Instance.not_found(&ids)) }
    }

    /// A name that does not exist is left out. [docs: API_DescribeAutoScalingGroups]
    pub(super) fn describe_groups(
        &mut self,
        names: &[String],
        instances: bool,
        page: &Page,
    ) -> Result<Reply, AwsError> {
        group_size(page.size, 50, 100)?;
        let after = after(page).ok_or_else(invalid_next_token)?;
        let name = &self.group.spec.name;
        let asked_for = names.is_empty() || names.contains(name);
        if !asked_for || after.is_some_and(|after| name.as_str() <= after) {
            return Ok(Reply::Groups(Vec::new(), None));
        }
        let members = if instances { self.seen_members(None).collect() } else { Vec::new() };
        Ok(Reply::Groups(vec![self.group_of(members)], None))
    }

    /// An id that is no member is left out. [docs: API_DescribeAutoScalingInstances]
    pub(super) fn describe_members(
        &mut self,
        ids: &[String],
        page: &Page,
    ) -> Result<Reply, AwsError> {
        let size = group_size(page.size, 50, 50)?;
        if ids.len() > 50 {
            return Err(AwsError::validation("At most 50 instance IDs can be specified."));
        }
        let after = after(page).ok_or_else(invalid_next_token)?;
        let (members, next) = if ids.is_empty() {
            cut(self.seen_members(after), |member| &member.id, size)
        } else {
            let mut ids = each_once(ids);
            ids.retain(|id| after.is_none_or(|after| id.as_str() > after));
            ids.sort();
            let seen = ids.iter().filter_map(|id| self.seen_member(id));
            cut(seen, |member| &member.id, size)
        };
        Ok(Reply::Members(members, next))
    }

    pub(super) fn describe_hooks(&self, group: &str, names: &[String]) -> Result<Reply, AwsError> {
        self.known_group(group)?;
        let mut hooks = self.group.spec.hooks.clone();
        hooks.retain(|hook| names.is_empty() || names.contains(&hook.name));
        Ok(Reply::Hooks(hooks))
    }
}

/// A call of EC2 that names what it wants takes no page. [docs: API_DescribeInstances,
/// API_DescribeVolumes, API_DescribeSnapshots, MaxResults] The names of the two other lists are
/// unverified.
pub(super) fn ids_or_size(list: &str, ids: &[String], page: &Page) -> Result<(), AwsError> {
    if ids.is_empty() || page.size.is_none() {
        return Ok(());
    }
    Err(AwsError::client(
        "InvalidParameterCombination",
        format!("The parameter {list} cannot be used with the parameter maxResults"),
    ))
}

pub(super) fn invalid_pagination_token() -> AwsError {
    AwsError::client("InvalidPaginationToken", "Invalid pagination token")
}

/// 5 to 1000. [docs: API_DescribeInstances, MaxResults] Without it, AWS may still cut; here at 1000.
pub(super) fn ec2_size(size: Option<u32>) -> Result<usize, AwsError> {
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

/// `usual` unless told otherwise, at most `most`. [docs: API_DescribeAutoScalingGroups and
/// API_DescribeAutoScalingInstances: 50]
pub(super) fn group_size(size: Option<u32>, usual: u32, most: u32) -> Result<usize, AwsError> {
    match size {
        None => Ok(usual as usize),
        Some(size) if (1..=most).contains(&size) => Ok(size as usize),
        Some(size) => Err(AwsError::validation(format!(
            "1 validation error detected: Value '{size}' at 'maxRecords' failed to satisfy \
             constraint: Member must have value less than or equal to {most}"
        ))),
    }
}

pub(super) fn invalid_next_token() -> AwsError {
    AwsError::client("InvalidNextToken", "The NextToken value is not valid.")
}

/// What tokens begin with; the rest is the last key of the page before.
const TOKEN: &str = "after:";

/// The key after which the page begins; `None` if the token is none of ours.
pub(super) fn after(page: &Page) -> Option<Option<&str>> {
    let Some(token) = &page.token else { return Some(None) };
    token.strip_prefix(TOKEN).map(Some)
}

/// The first `size` of `items`, and the token of the page after them if there are more.
pub(super) fn cut<T>(
    mut items: impl Iterator<Item = T>,
    key: impl Fn(&T) -> &String,
    size: usize,
) -> (Vec<T>, Option<String>) {
    let page: Vec<T> = items.by_ref().take(size).collect();
    let last = page.last().filter(|_| items.next().is_some());
    let next = last.map(|last| format!("{TOKEN}{}", key(last)));
    (page, next)
}
