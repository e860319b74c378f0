//! A Redis of one's own.

use hotdesk_stack::redis::Redis;

#[tokio::test]
async fn two_are_two_and_a_dropped_one_is_gone() {
    let (one, two) = (Redis::start().await.unwrap(), Redis::start().await.unwrap());
    let open = |redis: &Redis| redis::Client::open(redis.url()).unwrap();
    let (client, other) = (open(&one), open(&two));
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut elsewhere = other.get_multiplexed_async_connection().await.unwrap();

    let () = redis::cmd("SET").arg("a").arg(1).query_async(&mut connection).await.unwrap();
    let there: Option<i64> = redis::cmd("GET").arg("a").query_async(&mut elsewhere).await.unwrap();

    assert_eq!(there, None);
    drop(one);
    assert!(client.get_multiplexed_async_connection().await.is_err());
}
