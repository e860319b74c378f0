//! The comparison with the stack's policies, those of a stack with the defaults and of one with all
//! that gives rights.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use hotdesk_tests::{
    iam::{Ask, Record, policy::Statement},
    template::Template,
};

use super::{
    compare::{Problems, problems},
    implied, source,
    stage::{ALL, Stage},
    tours,
};

/// What the stacks allow, and what was sent.
pub(crate) struct Toured {
    /// With the defaults.
    plain: Template,
    /// With all that gives rights.
    all: Template,
    /// By the second one's names.
    records: BTreeMap<&'static str, Record>,
}

/// The tours are made once.
pub(crate) fn toured() -> &'static Toured {
    static TOURED: LazyLock<Toured> = LazyLock::new(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (all, plain) =
            runtime.block_on(async { tokio::join!(Stage::set(&ALL), Stage::set(&[])) });
        tours::all(&all);
        let records = all.recorder.records();
        Toured { plain: plain.template, all: all.template, records }
    });
    &TOURED
}

impl Toured {
    /// What a function may do in the second stack by what it is, and by what runs it.
    pub(crate) fn rights(&self, function: &str) -> (Vec<Statement>, Vec<Statement>) {
        implied::split(self.all.rights(function))
    }

    /// What a function asks for in the second stack.
    pub(crate) fn asks(&self, function: &str) -> BTreeSet<Ask> {
        let record = self.records.get(function).cloned().unwrap_or_default();
        let of_the_key = implied::of_the_key(&record.operations);
        record.asks.into_iter().chain(of_the_key).collect()
    }

    /// The same in the first one, which has other tables, no zone and no key.
    fn asks_of_plain(&self, function: &str) -> BTreeSet<Ask> {
        let (from, to) = (self.all.tables(), self.plain.tables());
        let names = [(from.seats, to.seats), (from.homes, to.homes), (from.sessions, to.sessions)];
        let asks = self.asks(function).into_iter();
        let asks =
            asks.filter(|ask| !["kms:", "route53:"].iter().any(|s| ask.action.starts_with(s)));
        asks.map(|mut ask| {
            for (from, to) in &names {
                ask.resource = ask.resource.replace(from, to);
            }
            ask
        })
        .collect()
    }
}

fn assert_none(found: BTreeMap<String, Problems>) {
    let found: BTreeMap<_, _> = found.into_iter().filter(|(_, of)| !of.is_empty()).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn functions_may_do_exactly_what_they_do() {
    let toured = toured();
    let of = |function: &String| {
        let (rights, runs) = toured.rights(function);
        (function.clone(), problems(&rights, &runs, &toured.asks(function)))
    };
    assert_none(toured.all.functions.keys().map(of).collect());
}

#[test]
fn what_is_not_wanted_gives_no_rights() {
    let toured = toured();
    let of = |function: &String| {
        let (rights, runs) = implied::split(toured.plain.rights(function));
        (function.clone(), problems(&rights, &runs, &toured.asks_of_plain(function)))
    };
    assert_none(toured.plain.functions.keys().map(of).collect());
}

#[test]
fn what_lambda_does_by_a_role_has_its_reason() {
    let toured = toured();
    let runs = toured.all.functions.keys().map(|function| {
        let (_, runs) = toured.rights(function);
        (function.as_str(), runs)
    });
    let found = implied::problems(&runs.collect());
    assert!(found.is_empty(), "{found:#?}");
}

/// So that none is missing above because no tour sends it.
#[test]
fn the_tours_send_every_call_that_is_in_the_code() {
    let sent: BTreeSet<String> =
        toured().records.values().flat_map(|record| record.operations.clone()).collect();
    assert_eq!(sent, source::operations());
}
