//! Somebody at their box.

use std::{sync::Arc, time::Duration};

use hotdesk_tests::world::people::{BEAT, Sent};
use http::StatusCode;
use tokio::time::{Instant, sleep};

use super::Person;

/// How somebody's time with a box ended.
pub(super) enum Over {
    /// They went.
    Went,
    /// The seat is over, and they want another one.
    Reopens,
}

impl Person {
    /// Types, until it is time to go, or the seat is over.
    pub(super) async fn type_away(&mut self, sent: &Sent, until: Instant) -> Over {
        let boot = self.stage.world.plane.boxes.boot(&sent.instance);
        loop {
            if !self.stage.is_quiet() {
                if Instant::now() >= until {
                    return self.go(sent).await;
                }
                let share = self.chance.share();
                if share < 0.012 {
                    self.say("looks at another tab");
                    let away =
                        self.chance.between(Duration::from_secs(30), Duration::from_secs(900));
                    self.stage.pause(away).await;
                } else if share < 0.016 {
                    self.say("closes the laptop");
                    self.stage.fate.hit("laptop closed in mid-request", 1);
                    self.beat_unheard(sent);
                    let away =
                        self.chance.between(Duration::from_secs(60), Duration::from_secs(2400));
                    self.stage.pause(away).await;
                } else if share < 0.02 {
                    self.say("opens another tab");
                    match self.ask_in(1).await {
                        Some(other) if other.ticket.epoch != sent.ticket.epoch => {
                            return Over::Reopens;
                        }
                        _ => {}
                    }
                }
            }
            // The page of a box that is gone is no page any more, and another boot's is somebody else's.
            let now = self.stage.world.plane.boxes.boot(&sent.instance);
            if now.is_none() || now != boot {
                self.say("has lost the box");
                return Over::Reopens;
            }
            let over = [Some(StatusCode::CONFLICT), Some(StatusCode::UNAUTHORIZED)];
            if over.contains(&self.beat(sent).await) {
                self.say("is told that the seat is over");
                let reopens = self.stage.is_quiet() || self.chance.hits(0.85);
                return if reopens { Over::Reopens } else { Over::Went };
            }
            let jitter = self.chance.between(Duration::ZERO, Duration::from_millis(400));
            sleep(BEAT + jitter).await;
        }
    }

    /// A heartbeat.
    async fn beat(&self, sent: &Sent) -> Option<StatusCode> {
        let at = Instant::now();
        let stays = self.stage.world.plane.policy.max_lifetime.is_some() && self.stage.is_quiet();
        let door = &self.stage.world.door;
        let reply = if stays { door.stay(sent).await } else { door.beat(sent).await }?;
        if reply.status() == StatusCode::NO_CONTENT {
            self.stage.registry.noted(&self.user, sent.ticket.epoch, at);
        }
        self.stage.world.write(sent);
        Some(reply.status())
    }

    /// A heartbeat to whose answer nobody listens.
    fn beat_unheard(&self, sent: &Sent) {
        let (stage, sent) = (Arc::clone(&self.stage), sent.clone());
        tokio::spawn(async move { stage.world.door.beat(&sent).await });
    }

    /// Goes: gives the box back, or just closes the tab.
    async fn go(&mut self, sent: &Sent) -> Over {
        if self.chance.hits(0.5) {
            self.say("gives the box back");
            self.stage.registry.leaves(&self.user, sent.ticket.epoch);
            self.stage.world.door.leave(sent).await;
        }
        Over::Went
    }
}
