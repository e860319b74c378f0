//! People who sit at their boxes and write.

use std::{sync::atomic::Ordering, time::Duration};

use super::{BEAT, Sent};
use crate::world::{World, disks::note_down};

impl World {
    /// A user who opens their workspace, waiting if they must.
    ///
    /// # Panics
    /// If there is no box within ten minutes.
    pub async fn seated(&self, user: &str) -> Sent {
        // The schedule goes on meanwhile.
        let passes = async {
            loop {
                tokio::time::sleep(Duration::from_secs(60)).await;
                self.lambdas.pass().await;
            }
        };
        let sent = tokio::select! {
            sent = self.door.wait_for_box(user, Duration::from_secs(600)) => sent,
            () = passes => None,
        };
        match sent {
            Some(sent) => sent,
            None => panic!("{user} got no box\n{}", self.picture().await),
        }
    }

    /// Waits until the user of this box has their home there; what they find in it.
    ///
    /// # Panics
    /// If they have not within five minutes.
    pub async fn at_home(&self, sent: &Sent) -> Vec<String> {
        for _ in 0..300 {
            if let Some(files) = self.plane.boxes.read(&sent.instance) {
                return files;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("{} has no home on {}\n{}", sent.ticket.sub, sent.instance, self.picture().await);
    }

    /// The user of this box writes something down, if their home is open.
    pub fn write(&self, sent: &Sent) -> bool {
        let note = self.written.load(Ordering::Relaxed).to_string();
        let written = self.plane.boxes.write(&sent.instance, &note);
        if written {
            self.written.fetch_add(1, Ordering::Relaxed);
            let mut notes = self.notes.lock().expect("not poisoned");
            note_down(notes.entry(sent.ticket.sub.clone()).or_default(), note);
        }
        written
    }

    /// What a user has written that must be in their home; from now on only this.
    ///
    /// # Panics
    /// If somebody panicked who wrote.
    pub fn expect_files(&self, user: &str, files: Vec<String>) {
        let user = user.parse().expect("a user name");
        self.notes.lock().expect("not poisoned").insert(user, files);
    }

    /// Lets time pass while these users type, and the reaper with it.
    pub async fn run_typing(&self, sent: &[Sent], time: Duration) {
        let typing = async {
            loop {
                for sent in sent {
                    self.door.beat(sent).await;
                    self.write(sent);
                }
                tokio::time::sleep(BEAT).await;
            }
        };
        tokio::select! {
            () = self.run(time) => {}
            () = typing => {}
        }
    }
}
