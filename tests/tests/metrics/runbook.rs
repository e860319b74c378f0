//! That the runbook has an entry for each alarm, with all that an entry says, and none for others.

use std::{collections::BTreeSet, fs, path::Path};

use super::template::Template;

/// What each entry says, in this order.
const PARTS: [&str; 4] = ["**Means.**", "**Look first.**", "**Do.**", "**Over when**"];

/// The entries: the alarms of each, and its text.
fn entries() -> Vec<(Vec<String>, String)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/RUNBOOK.md");
    let text = fs::read_to_string(file).unwrap();
    let entries = text.split("\n### ").skip(1).map(|entry| {
        let (heading, text) = entry.split_once('\n').unwrap();
        let text = text.split("\n## ").next().unwrap_or_default();
        (heading.split(", ").map(ToOwned::to_owned).collect(), text.to_owned())
    });
    entries.collect()
}

#[test]
fn each_alarm_has_its_entry_and_each_entry_its_alarm() {
    let template = Template::read();
    let alarms: BTreeSet<String> =
        template.alarms().iter().map(|alarm| alarm.id.to_owned()).collect();
    let entries: Vec<String> = entries().into_iter().flat_map(|(alarms, _)| alarms).collect();
    let named: BTreeSet<String> = entries.iter().cloned().collect();
    assert_eq!(named.len(), entries.len(), "an alarm has two entries");
    assert_eq!(named, alarms);
}

#[test]
fn an_alarm_says_its_name_and_where_its_entry_is() {
    let template = Template::read();
    for alarm in template.alarms() {
        let description = alarm.properties["AlarmDescription"].as_str().unwrap();
        assert!(description.ends_with(&format!("docs/RUNBOOK.md, {}.", alarm.id)), "{description}");
    }
}

#[test]
fn each_entry_says_what_it_means_where_to_look_what_to_do_and_when_it_is_over() {
    for (alarms, text) in entries() {
        let at = PARTS.map(|part| text.find(part));
        assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{alarms:?}: {at:?}");
        let look = &text[at[1].unwrap()..at[2].unwrap()];
        assert!(look.contains("```"), "{alarms:?}: a command to look with");
    }
}
