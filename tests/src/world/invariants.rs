//! What must hold in the store after every step, by itself.

use super::behind::Behind;
use crate::model::{BoxPhase, Model, Phase};

/// Looks at all of Redis in one step.
const SCRIPT: &str = include_str!("invariants.lua");

/// What does not hold.
pub(super) fn broken(behind: &Behind) -> Vec<String> {
    match behind {
        Behind::Redis(_, aside) => {
            aside.ask(|redis| redis::cmd("EVAL").arg(SCRIPT).arg(0).query(redis))
        }
        Behind::Model(model) => model.look(broken_in),
    }
}

/// A user and a box are in one phase each there, so most of it holds by construction.
fn broken_in(model: &Model) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut running, mut waits) = (0, false);
    for (name, user) in &model.users {
        match &user.phase {
            Phase::Running(instance) => {
                running += 1;
                let phase = model.boxes.get(instance).map(|machine| machine.phase);
                if phase != Some(BoxPhase::Running) {
                    wrong.push(format!("{name} runs on {instance}, which is {phase:?}"));
                }
            }
            Phase::Starting { .. } => waits = true,
            Phase::None | Phase::Stopped | Phase::Stopping(_) => {}
        }
    }
    let is = |phase| model.boxes.values().filter(move |machine| machine.phase == phase);
    if is(BoxPhase::Running).count() != running {
        wrong.push(format!("{running} users run on another number of boxes"));
    }
    if waits && is(BoxPhase::Spare).next().is_some() {
        wrong.push("somebody waits while there is a spare".into());
    }
    if !model.has_true_index() {
        wrong.push("the model's index is wrong: a fault of its own".into());
    }
    wrong
}

#[cfg(test)]
mod tests {
    use hotdesk::{
        clock::Ms,
        id::{InstanceId, UserId},
    };

    use super::*;
    use crate::model::{Machine, User};

    /// Alice, in that phase, and her box in this one.
    fn model(phase: Phase, of_box: BoxPhase) -> Model {
        let (alice, instance): (UserId, InstanceId) = ("alice".parse().unwrap(), alices());
        let machine = Machine { phase: of_box, since: Ms(1), addresses: None };
        let mut model = Model { ready: Some(Ms(1)), ..Model::default() };
        model.users.insert(alice, User { phase, ..User::default() });
        model.boxes.insert(instance, machine);
        model
    }

    fn alices() -> InstanceId {
        "i-00000000000000001".parse().unwrap()
    }

    #[test]
    fn what_breaks_in_the_model_is_noticed() {
        let runs = || Phase::Running(alices());
        assert_eq!(broken_in(&model(runs(), BoxPhase::Running)), [""; 0]);
        let standby = broken_in(&model(runs(), BoxPhase::Standby(Ms(1))));
        assert!(standby[0].contains("alice runs on"), "{standby:?}");
        let nobodys = broken_in(&model(Phase::Stopped, BoxPhase::Running));
        assert!(nobodys[0].contains("another number of boxes"), "{nobodys:?}");
        let waits = broken_in(&model(Phase::Starting { asked: Ms(1) }, BoxPhase::Spare));
        assert!(waits[0].contains("waits while there is a spare"), "{waits:?}");
        let mut forgotten = model(Phase::Starting { asked: Ms(1) }, BoxPhase::Gone);
        forgotten.index = Some(Default::default());
        let forgotten = broken_in(&forgotten);
        assert!(forgotten[0].contains("index"), "{forgotten:?}");
    }
}
