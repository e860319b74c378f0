//! `openapi.yaml` and the functions say the same: every answer that it describes is given, no other
//! is, and each is as described; every problem has its entry and its page.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod openapi {
    pub(crate) mod description;
    pub(crate) mod homes;
    pub(crate) mod refused;
    pub(crate) mod served;
    pub(crate) mod stage;
}

use std::{collections::BTreeSet, fs, path::Path};

use hotdesk::problem::Problem;
use openapi::{description::Description, homes, refused, served, stage::Stage};
use serde_json::Value;

#[tokio::test]
async fn every_answer_that_is_described_is_given_and_no_other() {
    let mut stage = Stage::start().await;
    let stage = &mut stage;
    served::anybodys(stage).await;
    let sent = served::running(stage, "alice", 1).await;
    served::everywhere(stage, "bob").await;
    served::waiting(stage, "bob").await;
    served::leaving(stage, "bob").await;
    refused::strangers(stage, &sent).await;
    refused::malformed(stage, &sent).await;
    homes::operated(stage).await;
    homes::refused(stage, "alice").await;
    refused::nowhere(stage).await;
    served::ending(stage, &sent).await;
    refused::stale(stage, &sent).await;
    let sent = served::running(stage, "carol", 2).await;
    served::revoking(stage, "erin", 3).await;
    refused::broken(stage, &sent).await;
    homes::broken(stage).await;
    refused::away(stage, &sent).await;
    homes::away(stage).await;
    let described = stage.description.answers();
    let missing: Vec<_> = described.difference(&stage.met).collect();
    assert!(missing.is_empty(), "described, and not given: {missing:?}");
}

#[test]
fn what_is_described_has_examples_and_they_are_right() {
    let mut description = Description::read();
    let document = description.document.clone();
    let mut contents = Vec::new();
    find("content", &document, "", &mut contents);
    let mut right = 0;
    for content in contents {
        for (kind, media) in document.pointer(&content).unwrap().as_object().unwrap() {
            if kind == "text/html" {
                continue;
            }
            let media_at = format!("{content}/{}", kind.replace('/', "~1"));
            let mut examples: Vec<String> = Vec::new();
            examples.extend(media.get("example").map(|_| format!("{media_at}/example")));
            for name in media.get("examples").and_then(Value::as_object).into_iter().flatten() {
                let example = description.follow(&format!("{media_at}/examples/{}", name.0));
                examples.push(format!("{}/value", example.unwrap()));
            }
            assert!(!examples.is_empty(), "{media_at} has no example");
            for example in examples {
                let value = document.pointer(&example).unwrap();
                let result = description.validate(&format!("{media_at}/schema"), value);
                result.unwrap_or_else(|wrong| panic!("{example}: {wrong}"));
                right += 1;
            }
        }
    }
    assert!(right >= 20, "{right}");
}

#[test]
fn every_problem_has_its_entry_and_its_page_and_there_are_no_others() {
    let description = Description::read();
    let document = &description.document;
    let slugs = |names: &mut dyn Iterator<Item = String>| names.collect::<BTreeSet<_>>();
    let known = slugs(&mut Problem::ALL.iter().map(|problem| problem.slug().to_owned()));

    let listed = document.pointer("/components/schemas/Slug/enum").unwrap().as_array().unwrap();
    assert_eq!(slugs(&mut listed.iter().map(|slug| slug.as_str().unwrap().to_owned())), known);
    let responses = document.pointer("/components/responses").unwrap().as_object().unwrap();
    let problems = responses.iter().filter(|(_, response)| response.get("content").is_some());
    assert_eq!(slugs(&mut problems.map(|(name, _)| name.clone())), known);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/problems");
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let names = files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned());
    assert_eq!(slugs(&mut names.filter(|name| name != "README")), known);

    let index = fs::read_to_string(folder.join("README.md")).unwrap();
    for problem in Problem::ALL {
        let slug = problem.slug();
        let content = &responses[slug]["content"]["application/problem+json"];
        assert_eq!(content["example"], serde_json::to_value(problem.document()).unwrap(), "{slug}");
        let page = fs::read_to_string(folder.join(format!("{slug}.md"))).unwrap();
        assert_eq!(page.lines().next(), Some(format!("# {}", problem.title()).as_str()), "{slug}");
        for reader in ["**You:**", "**A program:**", "**Whoever runs hotdesk:**"] {
            assert!(page.contains(reader), "{slug} tells nothing to {reader}");
        }
        let row = format!("| {} | [{slug}]({slug}.md) |", problem.status().as_u16());
        assert!(index.contains(&row), "{slug} is not in the index");
    }
}

/// Where members of that name are, anywhere in a document.
fn find(name: &str, value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let here = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                if key == name {
                    found.push(here.clone());
                }
                find(name, member, &here, found);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                find(name, item, &format!("{at}/{n}"), found);
            }
        }
        _ => {}
    }
}
