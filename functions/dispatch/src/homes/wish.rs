//! A wish enters the record of a home, whatever else happens to the record meanwhile.

use hotdesk::{
    clock::Ms,
    homes::{Home, Homes, Wish},
    id::UserId,
    problem::Problem,
    seats::Write,
};

use crate::Refusal;

/// How often the record is read again after somebody else has written it. It changes a few times in a
/// minute while a box comes or goes, and hardly ever otherwise.
const ROUNDS: usize = 4;

/// Enters it, and gives back the record as it is then. A wish that is there already stays as it is.
pub(super) async fn enter(
    homes: &impl Homes,
    user: &UserId,
    wish: &Wish,
    now: Ms,
) -> Result<Home, Refusal> {
    for _ in 0..ROUNDS {
        let found = homes.homes(std::slice::from_ref(user)).await?;
        let mut home = found.into_iter().next().ok_or(Problem::NoHome)?;
        if is_so(&home, wish) {
            return Ok(home);
        }
        may_be(&home, wish)?;
        home.wish = Some(wish.clone());
        home.due = Some(now);
        if homes.save_home(&home).await? == Write::Done {
            return Ok(home);
        }
    }
    Err(Refusal::Problem(Problem::Unavailable))
}

/// Whether the wish is there already, or has come true for good.
fn is_so(home: &Home, wish: &Wish) -> bool {
    let is_deleted = home.deleted_at.is_some() && home.wish.is_none() && is_empty(home);
    home.wish.as_ref() == Some(wish) || (*wish == Wish::Delete && is_deleted)
}

/// Why the wish must not enter that record.
fn may_be(home: &Home, wish: &Wish) -> Result<(), Problem> {
    let restores = matches!(wish, Wish::Restore { .. });
    hindrance(home, restores).map_or(Ok(()), Err)?;
    if !restores && is_empty(home) && home.snapshot.is_none() {
        return Err(Problem::NoHome);
    }
    Ok(())
}

/// What keeps operators from asking for anything just now. Nothing keeps them from naming another
/// snapshot where the first one was not the right one: it is restored in one step, or, if it is
/// nowhere, never.
pub(super) fn hindrance(home: &Home, restores: bool) -> Option<Problem> {
    let is_restore = matches!(home.wish, Some(Wish::Restore { .. }));
    let wishes = home.wish.is_some() && !(restores && is_restore);
    let makes = home.making.is_some() && !(restores && home.trouble.is_some());
    if home.wanted().is_some() {
        Some(Problem::HomeInUse)
    } else if wishes || makes {
        Some(Problem::HomeBusy)
    } else {
        None
    }
}

/// Whether no volume has its files or is to have them.
fn is_empty(home: &Home) -> bool {
    home.volume.is_none() && home.making.is_none() && home.wanted().is_none()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use hotdesk::{
        homes::{Making, Taken, Trouble},
        id::Epoch,
        ledger::Session,
        seats::Answer,
    };

    use super::*;

    const NOW: Ms = Ms(1_795_165_200_000);

    /// One record, which somebody else writes after each of so many times that it was read.
    struct Record {
        home: Mutex<Option<Home>>,
        moves: Mutex<usize>,
        meddle: fn(&mut Home),
    }

    impl Record {
        fn of(home: Option<Home>) -> Self {
            Self { home: Mutex::new(home), moves: Mutex::new(0), meddle: |_| {} }
        }

        fn moving(home: Home, times: usize, meddle: fn(&mut Home)) -> Self {
            Self { home: Mutex::new(Some(home)), moves: Mutex::new(times), meddle }
        }

        fn now(&self) -> Option<Home> {
            self.home.lock().unwrap().clone()
        }
    }

    impl Homes for Record {
        async fn homes(&self, _: &[UserId]) -> Answer<Vec<Home>> {
            let read = self.now();
            let (mut home, mut moves) = (self.home.lock().unwrap(), self.moves.lock().unwrap());
            if let (Some(home), true) = (home.as_mut(), *moves > 0) {
                *moves -= 1;
                home.rev += 1;
                (self.meddle)(home);
            }
            Ok(read.into_iter().collect())
        }

        async fn save_home(&self, new: &Home) -> Answer<Write> {
            let mut home = self.home.lock().unwrap();
            if home.as_ref().map_or(0, |home| home.rev) != new.rev {
                return Ok(Write::Refused);
            }
            *home = Some(Home { rev: new.rev + 1, ..new.clone() });
            Ok(Write::Done)
        }

        async fn due_homes(&self, _: Ms, _: usize) -> Answer<Vec<UserId>> {
            Ok(Vec::new())
        }

        async fn sessions(&self, _: &UserId, _: usize) -> Answer<Vec<Session>> {
            Ok(Vec::new())
        }
    }

    fn alice() -> UserId {
        "alice".parse().unwrap()
    }

    /// A home that was used, and rests on its volume.
    fn resting() -> Home {
        let mut home = Home::new(alice());
        home.rev = 7;
        (home.epoch, home.ended, home.mounted) = (Epoch(5), Epoch(5), Epoch(5));
        home.instance = Some("i-00000001".parse().unwrap());
        home.volume = Some("vol-00000001".parse().unwrap());
        home.used = true;
        home
    }

    fn restore(snapshot: &str) -> Wish {
        Wish::Restore { snapshot: snapshot.parse().unwrap() }
    }

    fn wishes() -> [Wish; 3] {
        [restore("snap-00000001"), Wish::Export, Wish::Delete]
    }

    async fn entered(record: &Record, wish: &Wish) -> Result<Home, Problem> {
        match enter(record, &alice(), wish, NOW).await {
            Ok(home) => Ok(home),
            Err(Refusal::Problem(problem)) => Err(problem),
            Err(_) => panic!("the record always answers"),
        }
    }

    #[tokio::test]
    async fn a_wish_enters_a_record_that_moves_and_nothing_else_of_it_changes() {
        for wish in wishes() {
            let record = Record::moving(resting(), ROUNDS - 1, |home| home.made += 1);
            entered(&record, &wish).await.unwrap();
            let (due, rev) = (Some(NOW), resting().rev + ROUNDS as u64);
            let made = ROUNDS as u32 - 1;
            let expected = Home { wish: Some(wish), due, rev, made, ..resting() };
            assert_eq!(record.now(), Some(expected));
        }
    }

    #[tokio::test]
    async fn who_comes_between_reading_and_writing_keeps_the_home() {
        let opens = |home: &mut Home| home.epoch = Epoch(6);
        for wish in wishes() {
            let record = Record::moving(resting(), 1, opens);
            assert_eq!(entered(&record, &wish).await, Err(Problem::HomeInUse), "{wish:?}");
            assert_eq!(record.now().unwrap().wish, None);
        }
    }

    #[tokio::test]
    async fn a_record_that_never_rests_is_given_up() {
        let record = Record::moving(resting(), usize::MAX, |_| {});
        assert_eq!(entered(&record, &Wish::Export).await, Err(Problem::Unavailable));
        assert_eq!(record.now().unwrap().wish, None);
    }

    #[tokio::test]
    async fn one_thing_after_the_other() {
        let making = Some(Making { n: 1, zone: "a".into(), size: 8, from: None });
        let busy = wishes().into_iter().chain([Wish::Archive]);
        let busy = busy.map(|wish| Home { wish: Some(wish), ..resting() });
        for home in busy.chain([Home { making, ..resting() }]) {
            for wish in wishes().into_iter().filter(|wish| home.wish.as_ref() != Some(wish)) {
                let record = Record::of(Some(home.clone()));
                assert_eq!(entered(&record, &wish).await, Err(Problem::HomeBusy), "{wish:?}");
                assert_eq!(record.now().as_ref(), Some(&home));
            }
        }
    }

    #[tokio::test]
    async fn the_same_wish_twice_is_one() {
        for wish in wishes() {
            let record = Record::of(Some(Home { wish: Some(wish.clone()), ..resting() }));
            let before = record.now();
            assert_eq!(entered(&record, &wish).await.unwrap().wish, Some(wish));
            assert_eq!(record.now(), before, "nor is it begun anew");
        }
    }

    #[tokio::test]
    async fn another_snapshot_can_be_named_where_the_first_is_not_the_right_one() {
        let record = Record::of(Some(Home { wish: Some(restore("snap-0000000f")), ..resting() }));
        assert!(entered(&record, &restore("snap-00000002")).await.is_ok());
        assert_eq!(record.now().unwrap().wish, Some(restore("snap-00000002")));
        let from = Taken { snapshot: "snap-00000001".parse().unwrap(), at: NOW, epoch: Epoch(5) };
        let making = Some(Making { n: 2, zone: "a".into(), size: 8, from: Some(from) });
        let (volume, trouble) = (None, Some(Trouble::Gone));
        let stuck = Record::of(Some(Home { making, volume, trouble, ..resting() }));
        assert_eq!(entered(&stuck, &Wish::Delete).await, Err(Problem::HomeBusy));
        assert!(entered(&stuck, &restore("snap-00000002")).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_deleted_can_be_restored() {
        let (volume, deleted_at) = (None, Some(Ms(1)));
        let deleted = Home { volume, deleted_at, ..resting() };
        let record = Record::of(Some(deleted.clone()));
        assert!(entered(&record, &Wish::Delete).await.is_ok(), "it is so");
        assert_eq!(record.now(), Some(deleted));
        assert_eq!(entered(&record, &Wish::Export).await, Err(Problem::NoHome));
        assert!(entered(&record, &restore("snap-00000001")).await.is_ok());
        assert_eq!(record.now().unwrap().wish, Some(restore("snap-00000001")));
    }

    #[tokio::test]
    async fn nothing_is_made_of_nothing() {
        for wish in wishes() {
            assert_eq!(entered(&Record::of(None), &wish).await, Err(Problem::NoHome));
        }
        let taken = Taken { snapshot: "snap-00000001".parse().unwrap(), at: NOW, epoch: Epoch(5) };
        let asleep = Home { volume: None, snapshot: Some(taken), ..resting() };
        for wish in wishes() {
            assert!(entered(&Record::of(Some(asleep.clone())), &wish).await.is_ok(), "{wish:?}");
        }
        let empty = Record::of(Some(Home { snapshot: None, ..asleep }));
        assert_eq!(entered(&empty, &Wish::Delete).await, Err(Problem::NoHome));
    }
}
