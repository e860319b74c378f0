//! Homes and sessions in the tables, as provision and the reaper leave them there.

use hotdesk::{
    clock::{Clock, Ms, SystemClock},
    homes::{Home, Homes},
    id::Epoch,
    ledger::{End, Ending, Farewell, Why},
    seats::{Seats, Write},
    store::Store,
    web::Reply,
};
use hotdesk_aws::DynamoSeats;
use hotdesk_stack::environment;
use hotdesk_tests::desk::{BASE_URL, Desk};
use http::header;
use lambda_http::Request;

/// 2026-11-20T09:00:00Z.
pub(crate) const NINE: Ms = Ms(1_795_165_200_000);

/// The home of somebody who is away: used, and on its volume.
pub(crate) fn resting(user: &str) -> Home {
    let mut home = Home::new(user.parse().unwrap());
    (home.epoch, home.ended, home.mounted) = (Epoch(5), Epoch(5), Epoch(5));
    home.instance = Some("i-000000aa".parse().unwrap());
    home.volume = Some("vol-000000aa".parse().unwrap());
    home.zone = Some("eu-west-1a".into());
    (home.size, home.used, home.ended_at) = (20, true, NINE);
    home
}

/// Writes a record over whatever is there.
pub(crate) async fn put(desk: &Desk, home: &Home) {
    let rev = now(desk, home.user.as_str()).await.map_or(0, |home| home.rev);
    let saved = desk.seats().save_home(&Home { rev, ..home.clone() }).await.unwrap();
    assert_eq!(saved, Write::Done);
}

/// The record as it is.
pub(crate) async fn now(desk: &Desk, user: &str) -> Option<Home> {
    desk.seats().homes(&[user.parse().unwrap()]).await.unwrap().pop()
}

/// Sits somebody down at the n-th box, and ends the session as it is told. The box is gone then.
pub(crate) async fn sat(desk: &Desk, nth: usize, user: &str, why: Why, farewell: Option<Farewell>) {
    desk.stock(nth).await;
    desk.open(user).await.expect("a box");
    over(desk, user, why, farewell).await;
}

/// Ends the session of somebody and closes their seat, as if their box had stopped.
pub(crate) async fn over(desk: &Desk, user: &str, why: Why, farewell: Option<Farewell>) {
    let now = SystemClock.now();
    let item = desk.seats().user(&user.parse().unwrap()).await.unwrap().unwrap();
    let ending =
        Ending { why, at: now, last_seen: Some(NINE), by: Some("olivia".parse().unwrap()) };
    desk.seats().end(&item.seat, &ending).await.unwrap();
    let instance = item.seat.instance.clone();
    let end = End { seat: item.seat, ending, farewell, at: now };
    assert_eq!(desk.seats().close_and_park(&end).await.unwrap(), Write::Done);
    desk.store().evict(&instance, now).await.unwrap();
}

/// The same tables, with that price of a box's hour in millionths.
pub(crate) async fn priced(desk: &Desk, price: u64) -> DynamoSeats {
    let client = aws_sdk_dynamodb::Client::new(&desk.moto.sdk_config().await);
    DynamoSeats::new(client, environment::tables(), price)
}

/// A request of an operator.
pub(crate) fn by_operator(desk: &Desk, method: &str, path: &str, form: &str) -> Request {
    let request = http::Request::builder().method(method).uri(format!("{BASE_URL}{path}"));
    let request = request
        .header(header::COOKIE, desk.operators_cookie("olivia"))
        .header(header::ORIGIN, BASE_URL)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(form.into()).unwrap()
}

/// What an operator is answered.
pub(crate) async fn operate(desk: &Desk, method: &str, path: &str, form: &str) -> Reply {
    dispatch::handle(&desk.dispatch, by_operator(desk, method, path, form)).await
}
