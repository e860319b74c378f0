//! Somebody who comes to work, opens their workspace in one tab or several, types, leaves the tab for
//! another, closes the laptop in the middle of something, goes to eat, and goes home.

mod desk;

use std::{sync::Arc, time::Duration};

use desk::Over;
use hotdesk::{id::UserId, seats::Seats};
use hotdesk_tests::world::{
    chance::Chance,
    people::{Seen, Sent, Told},
};
use tokio::time::{Instant, sleep};

use crate::{registry::Standing, stage::Stage};

/// The waiting page asks after this time first, and then when it is told to.
const ASKS: Duration = Duration::from_secs(2);

/// A page that got no answer tries again.
const AGAIN: Duration = Duration::from_secs(3);

/// Whoever gave up tries again after this time, at least and at most.
const RESTS: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(900));

/// Somebody.
pub(crate) struct Person {
    stage: Arc<Stage>,
    name: String,
    user: UserId,
    chance: Chance,
}

impl Person {
    pub(crate) fn new(stage: &Arc<Stage>, name: String, chance: Chance) -> Self {
        let user = name.parse().expect("a user name");
        Self { stage: Arc::clone(stage), name, user, chance }
    }

    /// Day after day, until nobody comes any more.
    pub(crate) async fn live(mut self) {
        let (began, rhythm) = (Instant::now(), self.stage.plan.rhythm);
        for n in 0.. {
            let morning = began + rhythm.day * u32::try_from(n).unwrap_or(u32::MAX);
            for (nth, (from, until)) in
                rhythm.day(n, &mut self.chance).spells.into_iter().enumerate()
            {
                self.stage.pause((morning + from).duration_since(Instant::now())).await;
                if self.stage.is_quiet() {
                    return;
                }
                let comes = ["somebody comes to work", "somebody comes back from lunch"];
                let comes = comes.get(nth).unwrap_or(&"somebody comes back in the evening");
                self.stage.fate.hit(comes, 1);
                self.work(morning + until).await;
            }
            self.stage.pause((morning + rhythm.day).duration_since(Instant::now())).await;
            if self.stage.is_quiet() {
                return;
            }
        }
    }

    /// Comes once, at that time, and stays for a while.
    pub(crate) async fn visit(mut self, at: Duration) {
        self.stage.pause(at).await;
        if !self.stage.is_quiet() {
            self.stage.fate.hit("somebody comes by the file of counts", 1);
            let stays = self.chance.about(Duration::from_secs(2400), Duration::from_secs(900));
            self.work(Instant::now() + stays).await;
        }
    }

    /// At the desk until then; for good if nobody goes any more meanwhile.
    async fn work(&mut self, until: Instant) {
        self.say("comes");
        while self.stage.is_quiet() || Instant::now() < until {
            let Some(sent) = self.open(until).await else {
                self.stands(Standing::Away);
                let rests = self.chance.between(RESTS.0, RESTS.1);
                self.stage.pause(rests).await;
                if self.stage.is_quiet() {
                    break;
                }
                continue;
            };
            self.stands(Standing::Types);
            if let Over::Went = self.type_away(&sent, until).await {
                break;
            }
        }
        self.stands(Standing::Away);
        self.say("goes");
    }

    /// Opens the workspace, perhaps in several tabs, and waits until there is a box or no patience.
    async fn open(&mut self, until: Instant) -> Option<Sent> {
        self.stands(Standing::Waits);
        let patience = self.chance.about(Duration::from_secs(900), Duration::from_secs(250));
        let end = until.min(Instant::now() + patience);
        let mut tabs = if self.chance.hits(0.15) { 2 + self.chance.below(2) } else { 1 };
        loop {
            let seen = self.ask_in(tabs).await;
            tabs = 1;
            if let Some(sent) = seen {
                return Some(sent);
            }
            let mut pause = ASKS;
            loop {
                if !self.stage.is_quiet() && Instant::now() >= end {
                    self.give_up().await;
                    return None;
                }
                sleep(pause).await;
                match self.stage.world.door.told(&self.name).await {
                    Some(Told { standing, again })
                        if standing["state"] == "waiting" || standing["state"] == "stopping" =>
                    {
                        pause = again;
                    }
                    _ => break,
                }
            }
            sleep(AGAIN).await;
        }
    }

    /// `GET /dispatch`, in so many tabs at once. Whoever closes the laptop sees no answer, and opens it
    /// again later.
    async fn ask_in(&mut self, tabs: usize) -> Option<Sent> {
        let asks: Vec<_> = (0..tabs)
            .map(|_| {
                let (stage, name) = (Arc::clone(&self.stage), self.name.clone());
                tokio::spawn(async move { stage.world.door.open(&name).await })
            })
            .collect();
        if !self.stage.is_quiet() && self.chance.hits(0.02) {
            self.say("closes the laptop in the middle of a request");
            self.stage.fate.hit("laptop closed in mid-request", 1);
            let away = self.chance.between(Duration::from_millis(5), Duration::from_secs(1200));
            self.stage.pause(away).await;
            return None;
        }
        let mut sent = None;
        for ask in asks {
            if let Ok(Seen::Sent(there)) = ask.await {
                self.is_seated(&there).await;
                sent = Some(there);
            }
        }
        if tabs > 1 {
            self.stage.fate.hit("several tabs at once", 1);
        }
        sent
    }

    /// Nobody is sent anywhere before their seat is open: it is, or it is over since.
    async fn is_seated(&self, sent: &Sent) {
        let item = self.stage.world.plane.seats.table.user(&self.user).await;
        let epoch = item.ok().flatten().map(|item| item.seat.epoch);
        if epoch < Some(sent.ticket.epoch) {
            let Sent { instance, ticket } = sent;
            let (user, of) = (&self.name, ticket.epoch);
            self.stage.violation(format!(
                "{user} was sent to {instance} with epoch {of}, and the table says {epoch:?}"
            ));
        }
    }

    /// Closes the waiting page.
    async fn give_up(&mut self) {
        self.say("gives up");
        if self.chance.hits(0.7) {
            self.stage.world.door.close_page(&self.name).await;
        }
    }

    fn stands(&self, standing: Standing) {
        self.stage.registry.stands(&self.user, standing);
    }

    fn say(&self, what: &str) {
        self.stage.tell(|| format!("{} {what}", self.name));
    }
}
