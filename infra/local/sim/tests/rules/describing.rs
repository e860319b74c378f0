//! Describe calls, their filters and pages.

use std::collections::{BTreeMap, BTreeSet};

use hotdesk_sim::{Call, Filter, GroupSpec, Page, Reply};

use crate::world::*;

fn describe(ids: &[&String], filters: &[(&str, &[&str])], page: Page) -> Call {
    let filter = |(name, values): &(&str, &[&str])| Filter {
        name: (*name).into(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let filters = filters.iter().map(filter).collect();
    Call::DescribeInstances { ids: crate::world::ids(ids), filters, page }
}

fn page(size: u32, token: Option<String>) -> Page {
    Page { size: Some(size), token }
}

fn found(world: &mut World, call: Call) -> (BTreeSet<String>, Option<String>) {
    let Reply::Instances(instances, next) = world.ok(call) else { unreachable!() };
    (instances.into_iter().map(|instance| instance.id).collect(), next)
}

#[test]
fn instances_are_found_by_id_state_and_tag() {
    let (mut world, members) = World::in_service(group(3));
    let (a, b, c) = (&members[0], &members[1], &members[2]);
    world.ok(Call::CreateTags {
        ids: vec![a.clone()],
        tags: BTreeMap::from([("Owner".to_owned(), "alice".to_owned())]),
    });
    world.ok(enter(&[b], true));
    world.ok(stop(&[b]));
    world.run(LONG_MS);
    let set = |ids: &[&String]| ids.iter().map(|id| (*id).clone()).collect::<BTreeSet<_>>();
    type Case<'a> = (&'a [&'a String], &'a [(&'a str, &'a [&'a str])], BTreeSet<String>);
    let cases: [Case<'_>; 7] = [
        (&[], &[], set(&[a, b, c])),
        (&[a, c], &[], set(&[a, c])),
        (&[], &[("tag:Owner", &["alice", "bob"])], set(&[a])),
        (&[], &[("tag-key", &["Owner"])], set(&[a])),
        (&[], &[("instance-state-name", &["stopped", "stopping"])], set(&[b])),
        (&[], &[("instance-state-name", &["running"]), ("tag:Owner", &["bob"])], set(&[])),
        (&[a, b], &[("instance-state-name", &["running"])], set(&[a])),
    ];
    for (ids, filters, expected) in cases {
        assert_eq!(found(&mut world, describe(ids, filters, Page::default())).0, expected);
    }
    for bad in [("colour", "red"), ("tag:Owner", "ali*")] {
        let call = describe(&[], &[(bad.0, &[bad.1])], Page::default());
        assert_eq!(world.refused(call).0, "InvalidParameterValue");
    }
    let many: Vec<String> = (0..1001).map(|n| format!("i-{n:017x}")).collect();
    let values: Vec<&str> = many.iter().take(201).map(String::as_str).collect();
    let call = describe(&[], &[("instance-id", &values)], Page::default());
    assert_eq!(world.refused(call).0, "FilterLimitExceeded");
    found(&mut world, describe(&[], &[("instance-id", &values[..200])], Page::default()));
    let call = describe(&many.iter().collect::<Vec<_>>(), &[], Page::default());
    assert_eq!(world.refused(call).0, "InvalidRequest");
    let nobody = &"i-0123456789abcdef0".to_owned();
    assert_eq!(
        world.refused(describe(&[a, nobody], &[], Page::default())).0,
        "InvalidInstanceID.NotFound"
    );
}

#[test]
fn pages_cover_everything_once_and_filters_may_empty_one() {
    let (mut world, members) = World::in_service(GroupSpec { max: 12, ..group(12) });
    let last = members.iter().max().unwrap();
    world.ok(Call::CreateTags {
        ids: vec![last.clone()],
        tags: BTreeMap::from([("Owner".to_owned(), "alice".to_owned())]),
    });
    for (filters, sizes) in
        [(vec![], vec![5, 5, 2]), (vec![("tag:Owner", &["alice"] as &[&str])], vec![0, 0, 1])]
    {
        let (mut seen, mut pages, mut token) = (0, Vec::new(), None);
        loop {
            let (ids, next) = found(&mut world, describe(&[], &filters, page(5, token)));
            seen += ids.len();
            pages.push(ids.len());
            token = next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!((pages.as_slice(), seen), (sizes.as_slice(), sizes.iter().sum()));
    }
    for (size, code) in [(4, "InvalidParameterValue"), (1001, "InvalidParameterValue")] {
        assert_eq!(world.refused(describe(&[], &[], page(size, None))).0, code);
    }
    assert_eq!(
        world.refused(describe(&[last], &[], page(5, None))).0,
        "InvalidParameterCombination"
    );
    let bad = page(5, Some("no token of ours".into()));
    assert_eq!(world.refused(describe(&[], &[], bad)).0, "InvalidPaginationToken");
}

#[test]
fn the_group_and_its_members_are_described_leniently() {
    let (mut world, members) = World::in_service(group(3));
    let groups = |names: &[&str]| Call::DescribeAutoScalingGroups {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        instances: true,
        page: Page::default(),
    };
    let count = |reply: Reply| match reply {
        Reply::Groups(groups, None) => groups.len(),
        _ => unreachable!(),
    };
    assert_eq!(count(world.ok(groups(&[]))), 1);
    assert_eq!(count(world.ok(groups(&["other", GROUP]))), 1);
    assert_eq!(count(world.ok(groups(&["other"]))), 0);

    let describe = |ids: Vec<String>, page: Page| Call::DescribeAutoScalingInstances { ids, page };
    let unknown = "i-0123456789abcdef0".to_owned();
    let reply = world.ok(describe(vec![members[0].clone(), unknown], Page::default()));
    let Reply::Members(found, None) = reply else { unreachable!() };
    assert_eq!(found.len(), 1);
    let Reply::Members(found, Some(token)) = world.ok(describe(vec![], page(2, None))) else {
        unreachable!()
    };
    assert_eq!(found.len(), 2);
    let Reply::Members(found, None) = world.ok(describe(vec![], page(2, Some(token)))) else {
        unreachable!()
    };
    assert_eq!(found.len(), 1);
    assert_eq!(world.refused(describe(vec![], page(51, None))).0, "ValidationError");
    let bad = Page { size: None, token: Some("no".into()) };
    assert_eq!(world.refused(describe(vec![], bad)).0, "InvalidNextToken");
}
