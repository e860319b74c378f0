//! Lag, room and throttling, seen through requests.

use hotdesk_sim::{
    Conditions, GroupSpec, InstanceState, Settings,
    http::{Answer, Calls, answer},
};

use crate::stage::*;

#[tokio::test(start_paused = true)]
async fn the_buckets_hold_for_requests_too() {
    let spec = GroupSpec::named(GROUP);
    let shared = cloud(Settings::default(), spec);
    let nobody = "i-0123456789abcdef0";
    for _ in 0..5 {
        assert_eq!(told(ec2(&shared, "StartInstances", nobody).await).0, 400);
    }
    let exceeded = Some("RequestLimitExceeded".to_owned());
    assert_eq!(told(ec2(&shared, "StartInstances", nobody).await), (503, exceeded));
    let expected = Calls { refused: 5, throttled: 1, ..Calls::default() };
    assert_eq!(shared.calls()["StartInstances"], expected);
}

#[tokio::test(start_paused = true)]
async fn conditions_are_set_in_process() {
    let (shared, id) = one_box().await;
    shared.act(|sim| {
        sim.set_capacity(Some(0));
        sim.set_lag_ms(7);
        sim.set_throttle(true);
        sim.set_launch_error(Some("No.".into()));
        sim.set_max_size(3).unwrap();
        sim.set_volume_limit(Some(50));
        sim.set_volume_capacity(Some(40));
        sim.set_lost_zone(Some("nowhere".into())).unwrap_err();
    });
    let expected = Conditions {
        lag_ms: 7,
        capacity: Some(0),
        throttle: true,
        launch_error: Some("No.".into()),
        max_size: 3,
        lost_zone: None,
        volume_limit: Some(50),
        volume_capacity: Some(40),
    };
    assert_eq!(shared.look(|sim| sim.conditions()), expected);
    let name = [("AutoScalingGroupName", GROUP), ("InstanceIds.member.1", &id)];
    let enter = [name.as_slice(), &[("ShouldDecrementDesiredCapacity", "true")]].concat();
    // It runs, but is it in service yet?
    until(&shared, |sim| sim.group().members[0].lifecycle.name() == "InService").await;
    assert_eq!(told(scaling(&shared, "EnterStandby", &enter).await).0, 200);
    assert_eq!(told(ec2(&shared, "StopInstances", &id).await).0, 200);
    until(&shared, |sim| sim.instances()[0].state == InstanceState::Stopped).await;
    let full = Some("InsufficientInstanceCapacity".to_owned());
    assert_eq!(told(ec2(&shared, "StartInstances", &id).await), (500, full));
}

#[tokio::test(start_paused = true)]
async fn a_group_is_described_without_its_instances() {
    let (shared, id) = one_box().await;
    let included = async |value: &str| {
        let parameters = [("IncludeInstances", value)];
        let Answer::Reply { status, body, .. } =
            scaling(&shared, "DescribeAutoScalingGroups", &parameters).await
        else {
            panic!("no reply")
        };
        (status, body.contains(&id), body.contains(GROUP))
    };
    assert_eq!(included("true").await, (200, true, true));
    assert_eq!(included("false").await, (200, false, true));
    assert_eq!(included("perhaps").await, (400, false, false));
    let Answer::Reply { body, .. } = describe(&shared).await else { panic!("no reply") };
    assert!(body.contains(&id), "the default");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_request_is_refused() {
    let (shared, _) = one_box().await;
    for body in [b"".as_slice(), b"\xff\xfe", b"Action=StopInstances", b"{\"json\": true}"] {
        assert_eq!(told(answer(&shared, body).await), (400, Some("InvalidAction".to_owned())));
    }
}
