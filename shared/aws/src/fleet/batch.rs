//! Calls for more than AWS takes at once.

use std::{fmt::Display, future::Future};

use aws_sdk_ec2::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use futures::{StreamExt, TryStreamExt, stream};
use hotdesk::{
    fleet::{Answer, Refusal, Refused},
    id::InstanceId,
};

use crate::error::{self, Failed};

/// How many describing calls run side by side: few enough that a pass leaves most of the account's
/// tokens to others (EC2 Developer Guide, "Request throttling": 100, refilled by 20 a second).
const SIDE_BY_SIDE: usize = 4;

/// Describes what has these ids, `size` a call.
pub(crate) async fn describe<I, T, F>(
    ids: &[I],
    size: usize,
    call: impl Fn(Vec<String>) -> F,
) -> Answer<T>
where
    I: Display,
    T: Default + IntoIterator + Extend<<T as IntoIterator>::Item>,
    F: Future<Output = Answer<T>>,
{
    let calls: Vec<F> = ids.chunks(size).map(|some| call(texts(some))).collect();
    let mut answers = stream::iter(calls).buffer_unordered(SIDE_BY_SIDE);
    let mut all = T::default();
    while let Some(some) = answers.try_next().await? {
        all.extend(some);
    }
    Ok(all)
}

/// EC2's description of what has these ids, as far as it is listed; `None` if nothing is. One id that
/// EC2 does not list (any more, or yet) fails them all; its sentence names those, and the others are
/// asked for again. (EC2 Developer Guide, "Error codes": InvalidInstanceID.NotFound and its like.)
pub(crate) async fn listed<T, E, F>(
    mut ids: Vec<String>,
    call: impl Fn(Vec<String>) -> F,
) -> Answer<Option<T>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    while !ids.is_empty() {
        let error = match call(ids.clone()).await {
            Ok(reply) => return Ok(Some(reply)),
            Err(error) => error,
        };
        let asked = ids.len();
        if error::refusal(&error) == Some(Refusal::Unlisted) {
            let sentence = error.message().unwrap_or_default();
            ids.retain(|id| !sentence.contains(id.as_str()));
        }
        if ids.len() == asked {
            return Err(error::fleet(error));
        }
    }
    Ok(None)
}

/// Changes instances, `size` a call, one call after the other. AWS refuses a batch whole for one
/// instance in it, so a refused batch is halved until those to blame stand alone: of a hundred with
/// one to blame that takes some fourteen calls more, where one by one it would be a hundred, and
/// StartInstances takes two a second (EC2 Developer Guide, "Request throttling").
///
/// Where there was no machine for one alone, a larger batch that lacks one is not halved: all of it
/// is refused, and the next pass asks again. Nor is anything tried any more once AWS takes no more calls for
/// now, where the call says so ([`Failed::Enough`]).
pub(super) async fn change<F>(
    instances: &[InstanceId],
    size: usize,
    call: impl Fn(Vec<String>) -> F,
) -> Answer<Refused>
where
    F: Future<Output = Result<(), Failed>>,
{
    let mut refused = Refused::new();
    // Taken from the end.
    let mut batches: Vec<&[InstanceId]> = instances.chunks(size).rev().collect();
    let mut exhausted = false;
    while let Some(batch) = batches.pop() {
        match call(texts(batch)).await {
            Ok(()) => {}
            Err(Failed::Whole(error)) => return Err(error),
            Err(Failed::Enough) => {
                let left = batches.drain(..).chain([batch]).flatten();
                refused.extend(left.map(|instance| (instance.clone(), Refusal::NotNow)));
            }
            Err(Failed::Instances(why)) => {
                let shortage = why == Refusal::NoCapacity;
                if batch.len() == 1 || (shortage && exhausted) {
                    exhausted |= shortage;
                    refused.extend(batch.iter().map(|instance| (instance.clone(), why)));
                } else {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    batches.extend([second, first]);
                }
            }
        }
    }
    Ok(refused)
}

fn texts(ids: &[impl Display]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use std::{
        cell::RefCell,
        collections::{BTreeMap, BTreeSet},
    };

    use hotdesk::fleet::FleetError;
    use proptest::prelude::*;

    use super::*;

    fn id(n: usize) -> InstanceId {
        format!("i-{n:08x}").parse().unwrap()
    }

    /// An AWS that refuses a batch for the first in it that is to blame, and all calls from one on.
    struct Aws {
        blame: BTreeMap<String, Refusal>,
        fails_at: Option<usize>,
        calls: RefCell<Vec<(Vec<String>, bool)>>,
    }

    impl Aws {
        fn new(blame: impl IntoIterator<Item = (usize, Refusal)>) -> Self {
            let blame = blame.into_iter().map(|(n, why)| (id(n).to_string(), why)).collect();
            Self { blame, fails_at: None, calls: RefCell::default() }
        }

        async fn call(&self, ids: Vec<String>) -> Result<(), Failed> {
            let blamed = ids.iter().find_map(|id| self.blame.get(id));
            let mut calls = self.calls.borrow_mut();
            if self.fails_at.is_some_and(|n| calls.len() >= n) {
                return Err(Failed::Whole(FleetError::Throttled("enough".into())));
            }
            calls.push((ids, blamed.is_none()));
            blamed.map_or(Ok(()), |why| Err(Failed::Instances(*why)))
        }

        /// The instances of the calls that were accepted, in their order.
        fn accepted(&self) -> Vec<String> {
            let calls = self.calls.borrow();
            calls.iter().filter(|(_, done)| *done).flat_map(|(ids, _)| ids.clone()).collect()
        }
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    fn change_all(aws: &Aws, n: usize, size: usize) -> Answer<Refused> {
        let ids: Vec<InstanceId> = (0..n).map(id).collect();
        run(change(&ids, size, |ids| aws.call(ids)))
    }

    proptest! {
        #[test]
        fn those_to_blame_are_refused_and_all_others_done_once(
            n in 0usize..70,
            size in 1usize..25,
            blame in prop::collection::btree_map(
                0usize..70,
                prop::sample::select(vec![Refusal::NotNow, Refusal::Unlisted, Refusal::Never]),
                0..8,
            ),
        ) {
            let aws = Aws::new(blame.clone());
            let refused = change_all(&aws, n, size).unwrap();
            let expected: Refused =
                blame.into_iter().filter(|(i, _)| *i < n).map(|(i, why)| (id(i), why)).collect();
            prop_assert_eq!(&refused, &expected);
            let others = (0..n).map(id).filter(|id| !expected.contains_key(id));
            prop_assert_eq!(aws.accepted(), others.map(|id| id.to_string()).collect::<Vec<_>>());
            prop_assert!(aws.calls.borrow().iter().all(|(ids, _)| (1..=size).contains(&ids.len())));
        }

        #[test]
        fn once_it_is_throttled_all_that_is_left_is_refused(
            n in 0usize..70,
            size in 1usize..25,
            fails_at in 0usize..8,
        ) {
            let aws = Aws { fails_at: Some(fails_at), ..Aws::new([]) };
            let ids: Vec<InstanceId> = (0..n).map(id).collect();
            let call = async |ids| aws.call(ids).await.map_err(Failed::enough_if_throttled);
            let refused = run(change(&ids, size, call)).unwrap();
            let done = n.min(fails_at * size);
            let left: Refused = (done..n).map(|i| (id(i), Refusal::NotNow)).collect();
            prop_assert_eq!(refused, left);
            prop_assert_eq!(aws.accepted().len(), done);
        }

        #[test]
        fn without_machines_each_is_done_or_refused(
            n in 0usize..70,
            size in 1usize..25,
            short in prop::collection::btree_set(0usize..70, 0..70),
        ) {
            let aws = Aws::new(short.iter().map(|i| (*i, Refusal::NoCapacity)));
            let refused = change_all(&aws, n, size).unwrap();
            let mut all = aws.accepted();
            prop_assert!(all.iter().all(|id| !aws.blame.contains_key(id)));
            all.extend(refused.keys().map(ToString::to_string));
            all.sort();
            prop_assert_eq!(all, (0..n).map(|i| id(i).to_string()).collect::<Vec<_>>());
            prop_assert!(refused.values().all(|why| *why == Refusal::NoCapacity));
        }
    }

    #[test]
    fn one_of_a_hundred_costs_few_calls() {
        for culprit in 0..100 {
            let aws = Aws::new([(culprit, Refusal::Unlisted)]);
            assert_eq!(change_all(&aws, 100, 100).unwrap().len(), 1);
            assert!(aws.calls.borrow().len() <= 15, "{}", aws.calls.borrow().len());
        }
    }

    #[test]
    fn a_zone_without_machines_is_not_asked_for_each() {
        let aws = Aws::new((0..100).map(|i| (i, Refusal::NoCapacity)));
        assert_eq!(change_all(&aws, 100, 100).unwrap().len(), 100);
        assert!(aws.calls.borrow().len() <= 14, "{}", aws.calls.borrow().len());
    }

    #[test]
    fn an_error_ends_it() {
        let aws = Aws { fails_at: Some(1), ..Aws::new([]) };
        let error = change_all(&aws, 60, 20).unwrap_err();
        assert!(matches!(error, FleetError::Throttled(_)));
        assert_eq!(aws.calls.borrow().len(), 1, "nothing is asked after it");
    }

    #[test]
    fn every_answer_of_a_description_counts() {
        let ids: Vec<InstanceId> = (0..95).map(id).collect();
        let described = describe(&ids, 10, async |ids: Vec<String>| {
            assert!((1..=10).contains(&ids.len()));
            Ok(ids.into_iter().collect::<BTreeSet<_>>())
        });
        assert_eq!(run(described).unwrap().len(), 95);
        let failed = describe(&ids, 10, async |ids: Vec<String>| {
            let last = ids.contains(&id(94).to_string());
            if last { Err(FleetError::Refused("no".into())) } else { Ok(ids) }
        });
        assert!(run(failed).is_err(), "no part for the whole");
    }
}
