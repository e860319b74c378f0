//! Both kinds of seats side by side.

use std::{cell::RefCell, collections::BTreeMap, fmt::Debug};

use aws_lambda_events::dynamodb::{Event, EventRecord};
use futures::FutureExt;
use hotdesk::{
    clock::Ms,
    homes::{Home, Homes},
    id::{InstanceId, UserId},
    seats::{Answer, Items, Seats},
};
use hotdesk_aws::{DynamoSeats, Tables};
use hotdesk_stack::{moto::Moto, pump::stream::Stream, tables};
use hotdesk_tests::seats::{MemorySeats, stream_event};
use proptest::prelude::*;
use serde_json::json;

use super::ops::{
    Op, USERS, Which, World, changed, end, ending, farewell, identity, instance, user,
};

/// The answer of seats that wait for nothing and never fail.
pub(crate) fn now<T>(answer: impl Future<Output = Answer<T>>) -> T {
    answer.now_or_never().expect("no waiting").expect("no error")
}

/// A table in moto and one in memory.
pub(crate) struct Pair {
    runtime: tokio::runtime::Runtime,
    dynamodb: aws_sdk_dynamodb::Client,
    streams: aws_sdk_dynamodbstreams::Client,
    _moto: Moto,
    tables: usize,
    /// How often each call had each outcome.
    pub(crate) outcomes: RefCell<BTreeMap<String, usize>>,
    pub(crate) real: DynamoSeats,
    pub(crate) memory: MemorySeats,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let moto = runtime.block_on(Moto::start()).unwrap();
        let config = runtime.block_on(moto.sdk_config());
        let dynamodb = aws_sdk_dynamodb::Client::new(&config);
        let mut pair = Self {
            runtime,
            streams: aws_sdk_dynamodbstreams::Client::new(&config),
            _moto: moto,
            tables: 0,
            outcomes: RefCell::default(),
            real: DynamoSeats::new(dynamodb.clone(), named(0), 0),
            dynamodb,
            memory: MemorySeats::default(),
        };
        pair.renew();
        pair
    }

    /// The names of the present tables.
    pub(crate) fn tables(&self) -> Tables {
        named(self.tables)
    }

    /// Empty tables, of both kinds.
    pub(crate) fn renew(&mut self) {
        self.tables += 1;
        self.runtime.block_on(tables::create(&self.dynamodb, &self.tables())).unwrap();
        self.real = DynamoSeats::new(self.dynamodb.clone(), self.tables(), 0);
        self.memory = MemorySeats::default();
    }

    /// The answer of the seats in DynamoDB.
    pub(crate) fn wait<T>(&self, answer: impl Future<Output = Answer<T>>) -> T {
        self.runtime.block_on(answer).unwrap()
    }

    /// Writes an item into the table of the seats that they would not.
    pub(crate) fn put(&self, item: BTreeMap<&str, aws_sdk_dynamodb::types::AttributeValue>) {
        let item = item.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let put = self.dynamodb.put_item().table_name(self.tables().seats).set_item(Some(item));
        self.runtime.block_on(put.send()).unwrap();
    }

    /// Makes a call on both; equal outcomes, or an account of the difference.
    pub(crate) fn call(&self, op: &Op, world: &mut World) -> Result<(), TestCaseError> {
        let (real, memory) = (&self.real, &self.memory);
        let seat = |which: &Which, step| {
            let item = now(memory.user(&user(which.0)));
            world.seat(which, item.as_ref(), step)
        };
        macro_rules! both {
            ($($call:tt)*) => {{
                let answer = now(memory.$($call)*);
                self.note(op, &answer);
                same(op, self.wait(real.$($call)*), answer)
            }};
        }
        match op {
            Op::Wait(ms) => {
                world.wait(*ms);
                Ok(())
            }
            Op::Open(which, step, other, ago) => {
                let (seat, began) = (seat(which, *step), Ms(world.now.0 - ago));
                both!(open(&seat, &identity(which.0, *other), began, world.now))
            }
            Op::Revoke(u, by, ago) => {
                both!(revoke(&user(*u), &user(*by), Ms(world.now.0 - ago)))
            }
            Op::End(which, why) => {
                let seat = seat(which, 1);
                both!(end(&seat, &ending(*why, world.now)))
            }
            Op::Part(which, how) => {
                let seat = seat(which, 1);
                both!(part(&seat, farewell(*how)))
            }
            Op::Park(b) => both!(park(&instance(*b))),
            Op::CloseAndPark(which, why) => {
                let end = end(seat(which, 1), *why, world.now);
                both!(close_and_park(&end))
            }
            Op::CloseDead(which, why) => {
                let end = end(seat(which, 1), *why, world.now);
                both!(close_dead(&end))
            }
            Op::Bury(b) => both!(bury(&instance(*b), world.now)),
            Op::Waking(b) => both!(waking(&instance(*b))),
            Op::GiveUpWake(b) => both!(give_up_wake(&instance(*b))),
            Op::Clear(b) => both!(clear(&instance(*b))),
            Op::Read(u, b) => {
                both!(user(&user(*u)))?;
                both!(instance(&instance(*b)))
            }
            Op::ReadMany(numbers) => self.read_many(op, numbers),
            Op::Pages(limit) => {
                let (all, in_memory) = (self.real_pages(*limit), memory_pages(memory, *limit));
                same(op, sorted(all), sorted(in_memory))
            }
            Op::WantCapacity => both!(want_capacity(world.now)),
            Op::SaveHome(u, later, what) => {
                let home = now(memory.homes(&[user(*u)])).pop();
                let home = home.unwrap_or_else(|| Home::new(user(*u)));
                let rev = home.rev.saturating_add_signed(*later);
                let home = Home { rev, ..changed(home, *what, world.now) };
                both!(save_home(&home))
            }
            Op::Homes(numbers) => self.compare_homes(numbers.iter().map(|n| user(*n)).collect()),
            Op::DueHomes(ago, limit) => self.compare_due(Ms(world.now.0 - ago), *limit),
            Op::Sessions(u, limit) => both!(sessions(&user(*u), *limit)),
        }
    }

    /// Counts an outcome under its name: the first word of the call and that of the answer.
    fn note(&self, op: &Op, answer: &impl Debug) {
        let word =
            |text: String| text.split(|c: char| !c.is_alphabetic()).next().map(str::to_owned);
        if let (Some(op), Some(answer)) = (word(format!("{op:?}")), word(format!("{answer:?}"))) {
            *self.outcomes.borrow_mut().entry(format!("{op} {answer}")).or_default() += 1;
        }
    }

    /// By lists that may name one twice, or one that has no item.
    fn read_many(&self, op: &Op, numbers: &[usize]) -> Result<(), TestCaseError> {
        let users: Vec<UserId> = numbers.iter().map(|n| user(*n)).collect();
        let boxes: Vec<InstanceId> = numbers.iter().map(|n| instance(*n)).collect();
        let real = Items {
            users: self.wait(self.real.users(&users)),
            boxes: self.wait(self.real.instances(&boxes)),
            revoked: Vec::new(),
        };
        let memory = Items {
            users: now(self.memory.users(&users)),
            boxes: now(self.memory.instances(&boxes)),
            revoked: Vec::new(),
        };
        same(op, sorted(real), sorted(memory))
    }

    /// Everything in DynamoDB, page by page.
    pub(crate) fn real_pages(&self, limit: usize) -> Items {
        pages(|after| self.wait(self.real.page(after, limit)), limit)
    }

    pub(crate) fn compare_tables(&self) -> Result<(), TestCaseError> {
        let (real, memory) = (self.wait(self.real.scan()), now(self.memory.scan()));
        same("the tables", sorted(real), sorted(memory))?;
        self.compare_homes((0..=USERS).map(user).collect())
    }

    /// What both streams say, item by item.
    pub(crate) fn compare_streams(&self) -> Result<(), TestCaseError> {
        let real = self.runtime.block_on(async {
            let mut stream = Stream::of(self.streams.clone(), &self.tables().seats).await.unwrap();
            let mut all = Vec::new();
            loop {
                let records = stream.next().await.unwrap();
                if records.is_empty() {
                    return serde_json::from_value(json!({ "Records": all })).unwrap();
                }
                all.extend(stream.as_json(&records));
            }
        });
        same("the streams", by_item(real), by_item(stream_event(&self.memory.take_changes())))
    }
}

/// The n-th tables.
fn named(n: usize) -> Tables {
    Tables {
        seats: format!("seats-{n}"),
        homes: format!("homes-{n}"),
        sessions: format!("sessions-{n}"),
    }
}

/// Everything in memory, page by page.
pub(crate) fn memory_pages(memory: &MemorySeats, limit: usize) -> Items {
    pages(|after| now(memory.page(after, limit)), limit)
}

fn pages(read: impl Fn(Option<&str>) -> hotdesk::seats::Page, limit: usize) -> Items {
    let mut all = Items::default();
    let mut after = None;
    loop {
        let page = read(after.as_deref());
        let Items { users, boxes, revoked } = &page.items;
        assert!(users.len() + boxes.len() + revoked.len() <= limit.max(1));
        all.users.extend(page.items.users);
        all.boxes.extend(page.items.boxes);
        all.revoked.extend(page.items.revoked);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

pub(crate) fn sorted(mut items: Items) -> Items {
    items.users.sort_by(|a, b| a.seat.user.cmp(&b.seat.user));
    items.boxes.sort_by(|a, b| a.0.cmp(&b.0));
    items.revoked.sort();
    items
}

/// What a stream says of each item, in order.
fn by_item(event: Event) -> BTreeMap<String, Vec<EventRecord>> {
    let mut items: BTreeMap<String, Vec<EventRecord>> = BTreeMap::new();
    for record in event.records {
        let mut said = EventRecord::default();
        said.event_name = record.event_name;
        said.change.keys = record.change.keys;
        said.change.old_image = record.change.old_image;
        said.change.new_image = record.change.new_image;
        items.entry(format!("{:?}", said.change.keys)).or_default().push(said);
    }
    items
}

pub(crate) fn same<T: PartialEq + Debug>(
    what: impl Debug,
    real: T,
    memory: T,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(real, memory, "{:?}", what);
    Ok(())
}
