//! The least that links what lifecycle, the idle-reaper and provision link: each client has a call that an
//! event may want.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};

struct Clients {
    redis: redis::Client,
    seats: aws_sdk_dynamodb::Client,
    boxes: aws_sdk_ec2::Client,
    group: aws_sdk_autoscaling::Client,
    zone: aws_sdk_route53::Client,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let sdk = hotdesk_aws::sdk_config().await;
    let clients = Clients {
        redis: redis::Client::open(std::env::var("REDIS_URL")?)?,
        seats: aws_sdk_dynamodb::Client::new(&sdk),
        boxes: aws_sdk_ec2::Client::new(&sdk),
        group: aws_sdk_autoscaling::Client::new(&sdk),
        zone: aws_sdk_route53::Client::new(&sdk),
    };
    let clients = &clients;
    run(service_fn(move |event: LambdaEvent<Value>| answer(clients, event.payload))).await
}

async fn answer(clients: &Clients, event: Value) -> Result<Value, Error> {
    match event["call"].as_str() {
        Some("seats") => drop(clients.seats.list_tables().send().await?),
        Some("boxes") => drop(clients.boxes.describe_instances().send().await?),
        Some("group") => drop(clients.group.describe_auto_scaling_groups().send().await?),
        Some("zone") => drop(clients.zone.list_hosted_zones().send().await?),
        _ => {
            let mut redis: MultiplexedConnection =
                clients.redis.get_multiplexed_async_connection().await?;
            redis::cmd("PING").exec_async(&mut redis).await?;
        }
    }
    Ok(json!({}))
}
