//! Rules that make sense, and those that do not.

use hotdesk_sim::faults::{CallFault, EventFault, Rule, RuleError, When};
use proptest::{collection::vec, option, prelude::*};

use crate::stage::*;

#[tokio::test(start_paused = true)]
async fn rules_that_make_no_sense_are_refused_and_the_old_ones_stay() {
    let (shared, _) = one_box().await;
    let good = Rule::call("StopInstances", CallFault::Throttle);
    shared.set_faults(vec![good.clone()]).unwrap();
    let error = |status| CallFault::Error { code: "C".into(), message: "m".into(), status };
    let lose = |action: &str| Rule::call(action, CallFault::LoseReply);
    let cases = [
        (lose("StopInstance"), RuleError::Action("StopInstance".into())),
        (lose("*").when(When::Rate(1.5)), RuleError::Rate(1.5)),
        (lose("*").when(When::Plan(vec![1, 0])), RuleError::Plan),
        (Rule::call("*", error(200)), RuleError::Status(200)),
        (Rule::call("*", error(600)), RuleError::Status(600)),
        (Rule::event("Event", EventFault::Lose), RuleError::DetailType("Event".into())),
        (Rule::event("*", EventFault::Lose).when(When::Rate(-0.1)), RuleError::Rate(-0.1)),
    ];
    for (bad, error) in cases {
        assert_eq!(shared.set_faults(vec![good.clone(), bad]), Err(error));
        assert_eq!(
            shared.faults().into_iter().map(|a| a.rule).collect::<Vec<_>>(),
            vec![good.clone()]
        );
    }
    let not_a_number = lose("*").when(When::Rate(f64::NAN));
    assert!(matches!(shared.set_faults(vec![not_a_number]), Err(RuleError::Rate(_))));
    let sentence = RuleError::Action("StopInstance".into()).to_string();
    assert!(sentence.contains("\"StopInstance\"") && sentence.contains("StopInstances, "));
    shared.set_faults(vec![]).unwrap();
    assert!(shared.faults().is_empty());
}

#[test]
fn json_says_what_is_wrong_with_it() {
    let cases = [
        (r#"{"call": {"action": "*", "fault": "loose_reply"}}"#, "unknown variant `loose_reply`"),
        (r#"{"call": {"action": "*"}}"#, "missing field `fault`"),
        (
            r#"{"call": {"action": "*", "fault": "throttle", "wen": "always"}}"#,
            "unknown field `wen`",
        ),
        (
            r#"{"event": {"detail_type": "*", "fault": "lose_reply"}}"#,
            "unknown variant `lose_reply`",
        ),
        (r#"{"call": {"action": "*", "fault": {"delay": {"s": 1}}}}"#, "unknown field `s`"),
        (
            r#"{"event": {"detail_type": "*", "fault": "lose", "when": {"rate": "x"}}}"#,
            "invalid type",
        ),
    ];
    for (json, problem) in cases {
        let error = serde_json::from_str::<Rule>(json).unwrap_err().to_string();
        assert!(error.contains(problem), "{json}: {error}");
    }
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        Just(When::Always),
        (0..=100u8).prop_map(|percent| When::Rate(f64::from(percent) / 100.0)),
        vec(1..9u64, 0..4).prop_map(When::Plan),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let call = prop_oneof![
        (".*", ".*", 400..600u16).prop_map(|(code, message, status)| CallFault::Error {
            code,
            message,
            status
        }),
        Just(CallFault::Throttle),
        Just(CallFault::LoseRequest),
        Just(CallFault::LoseReply),
        any::<u64>().prop_map(|ms| CallFault::Delay { ms }),
    ];
    let event = prop_oneof![
        Just(EventFault::Lose),
        any::<u64>().prop_map(|ms| EventFault::Double { ms }),
        any::<u64>().prop_map(|ms| EventFault::Late { ms }),
    ];
    let rule = prop_oneof![
        call.prop_map(|fault| Rule::call("StopInstances", fault)),
        event.prop_map(|fault| Rule::event("*", fault)),
    ];
    (rule, when(), option::of(any::<u64>())).prop_map(|(rule, when, times)| {
        let rule = rule.when(when);
        match times {
            Some(times) => rule.at_most(times),
            None => rule,
        }
    })
}

proptest! {
    #[test]
    fn a_rule_survives_json(rule in rule()) {
        let json = serde_json::to_string(&rule).unwrap();
        prop_assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), rule);
    }
}
