//! The group's activities: what DescribeScalingActivities lists. [docs: API_DescribeScalingActivities,
//! API_Activity, CHAP_Troubleshooting]
//!
//! Of those that are over AWS shows the last six weeks; here the last 200. An instance has
//! one activity at a time: the next one ends what was under way (unverified).

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use super::{
    activity::{Activity, ActivityStatus},
    describe::{self, after, cut, group_size},
    error::AwsError,
    lag::moment,
    parameters::Page,
    random::Random,
    reply::Reply,
    settings::Settings,
    sim::Sim,
    time,
};

/// How many that are over are remembered: two pages of the usual size.
const MOST: usize = 200;

/// [docs: API_DescribeScalingActivities, MaxRecords: "The default value is 100 and the maximum value
/// is 100"]
const PAGE: u32 = 100;

/// The activities of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Activities {
    ids: Random,
    begun: u64,
    /// Those under way, by instance.
    open: BTreeMap<String, Entry>,
    /// Those that are over, the last one at the back; they are never changed, and clouds are cloned
    /// in thousands.
    over: VecDeque<Arc<Entry>>,
}

/// An activity and its recent past.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// They are counted as they begin.
    number: u64,
    activity: Activity,
    /// What it was up to a moment, that moment excluded; oldest first, and empty without a lag.
    past: Vec<(u64, Activity)>,
}

impl Activities {
    /// None yet.
    pub(super) fn new(seed: u64) -> Self {
        // Another seed, so that ids do not go with the choices of the cloud.
        let ids = Random::new(seed.rotate_left(16));
        Self { ids, begun: 0, open: BTreeMap::new(), over: VecDeque::new() }
    }

    fn all(&self) -> impl Iterator<Item = &Entry> {
        self.open.values().chain(self.over.iter().map(Arc::as_ref))
    }

    fn remember(&mut self, entry: Entry) {
        self.over.push_back(Arc::new(entry));
        while self.over.len() > MOST {
            self.over.pop_front();
        }
    }
}

impl Entry {
    fn go_on(&mut self, status: ActivityStatus, message: Option<String>, now: u64, lag_ms: u64) {
        if lag_ms > 0 {
            self.past.retain(|(until, _)| until.saturating_add(lag_ms) > now);
            self.past.push((now, self.activity.clone()));
        }
        self.activity.go_on(status, message, now);
    }

    /// As a reader at that moment sees it; `None` before it began.
    fn at(&self, moment: u64) -> Option<&Activity> {
        let past = self.past.iter().find(|(until, _)| *until > moment);
        let activity = past.map_or(&self.activity, |(_, activity)| activity);
        (activity.started_at <= moment).then_some(activity)
    }
}

impl Sim {
    /// The group's activities as they are, in the order in which AWS lists them.
    #[must_use]
    pub fn activities(&self) -> Vec<Activity> {
        in_order(
            self.activities.all().map(|entry| (entry.number, entry.activity.clone())).collect(),
        )
    }

    /// An activity of an instance begins.
    pub(super) fn begin_activity(
        &mut self,
        id: &str,
        status: ActivityStatus,
        description: String,
        cause: &str,
    ) -> Activity {
        self.end_activity(id, ActivityStatus::Cancelled, None);
        let zone = self.machines.get(id).map_or_else(String::new, |m| self.settings.zone(m.zone));
        let entry = self.new_activity(status, description, cause, zone);
        let activity = entry.activity.clone();
        self.activities.open.insert(id.into(), entry);
        activity
    }

    /// What is under way with an instance, if something is.
    pub(super) fn activity_of(&self, id: &str) -> Option<&Activity> {
        self.activities.open.get(id).map(|entry| &entry.activity)
    }

    /// A hook holds an instance with which something is under way.
    pub(super) fn pause_activity(&mut self, id: &str) {
        let (now, lag_ms) = (self.now, self.settings.lag_ms);
        if let Some(entry) = self.activities.open.get_mut(id) {
            entry.go_on(ActivityStatus::MidLifecycleAction, None, now, lag_ms);
        }
    }

    /// What was under way with an instance is over; nothing if nothing was.
    pub(super) fn end_activity(
        &mut self,
        id: &str,
        status: ActivityStatus,
        message: Option<String>,
    ) {
        if let Some(mut entry) = self.activities.open.remove(id) {
            entry.go_on(status, message, self.now, self.settings.lag_ms);
            self.activities.remember(entry);
        }
    }

    /// A launch that came to nothing, and of which no instance is left.
    pub(super) fn fail_launch(&mut self, zone: String, message: String, cause: &str) {
        let description = "Launching a new EC2 instance.".to_owned();
        let mut entry = self.new_activity(ActivityStatus::Failed, description, cause, zone);
        entry.activity.go_on(ActivityStatus::Failed, Some(message), self.now);
        self.activities.remember(entry);
    }

    fn new_activity(
        &mut self,
        status: ActivityStatus,
        description: String,
        cause: &str,
        zone: String,
    ) -> Entry {
        self.activities.begun += 1;
        let activity = Activity {
            id: self.activities.ids.uuid().to_string(),
            group: self.group.spec.name.clone(),
            description,
            cause: format!("At {} {cause}", time::rfc3339_seconds(self.now)),
            started_at: self.now,
            ended_at: None,
            zone,
            status,
            message: None,
        };
        Entry { number: self.activities.begun, activity, past: Vec::new() }
    }

    /// Without a name, of all groups. That an unknown one is refused, and how, is unverified.
    pub(super) fn describe_activities(
        &mut self,
        group: Option<&str>,
        page: &Page,
    ) -> Result<Reply, AwsError> {
        group.map_or(Ok(()), |name| self.known_group(name))?;
        let size = group_size(page.size, PAGE, PAGE)?;
        let after = after(page).ok_or_else(describe::invalid_next_token)?;
        let mut seen = in_order(self.seen_activities());
        if let Some(after) = after {
            let last = seen.iter().position(|activity| activity.id == after);
            seen.drain(..=last.ok_or_else(describe::invalid_next_token)?);
        }
        let (activities, next) = cut(seen.into_iter(), |activity| &activity.id, size);
        Ok(Reply::ActivityLog(activities, next))
    }

    /// The activities as a reader sees them, with their numbers.
    fn seen_activities(&mut self) -> Vec<(u64, Activity)> {
        let Self { activities, random, settings: Settings { lag_ms, .. }, now, .. } = self;
        let seen = activities.all().filter_map(|entry| {
            Some((entry.number, entry.at(moment(random, *now, *lag_ms))?.clone()))
        });
        seen.collect()
    }
}

/// Those under way first, then by their begin, the latest first. [docs: CHAP_Troubleshooting,
/// "ordered by start time, with the latest scaling activities listed first"; that those in progress
/// come first is in the API reference of the .NET SDK]
fn in_order(mut all: Vec<(u64, Activity)>) -> Vec<Activity> {
    all.sort_by_key(|(number, activity)| (activity.status.is_over(), Reverse(*number)));
    all.into_iter().map(|(_, activity)| activity).collect()
}
