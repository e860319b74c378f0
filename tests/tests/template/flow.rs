//! A session on what the stack has made: the functions with their settings, on its tables, its group
//! and its tags; EC2 and Auto Scaling simulated. What they send is allowed by its policies.

use std::{sync::Arc, time::Duration};

use hotdesk::{
    clock::{Clock, SystemClock},
    config::{FleetConfig, KeyConfig, SeatsConfig, TimesConfig, WebConfig, session_cookie},
    control::ControlPlane,
    homes::Homes,
    id::UserId,
    seats::{Seats, UserState},
    store::{BoxPhase, Store, redis::RedisStore},
    token::SessionClaims,
    volumes::HOME_DEVICE,
};
use hotdesk_aws::{AwsFleet, DynamoSeats, Tables, VolumeConfig, tags};
use hotdesk_sim::{GroupSpec, HookResult, HookSpec, Transition};
use hotdesk_stack::{moto, redis::Redis};
use hotdesk_tests::{
    boxes::ReadyBoxes,
    fleet::{App, Cloud, Plane, deliver_until},
    iam::{Recorder, on_behalf, policy::grants},
    seats::{Change, Item, stream_event},
    template::Template,
};
use http::{StatusCode, header};
use lambda_http::{Body, Request};
use serde_json::Value;

use super::stage::Stage;

/// The group as the stack makes it, its hooks and the tags that its launch template gives.
fn group(template: &Template) -> GroupSpec {
    let group = template.of("AWS::AutoScaling::AutoScalingGroup").next().unwrap();
    let launched = template.of("AWS::EC2::LaunchTemplate").next().unwrap();
    let launched = &launched.properties["LaunchTemplateData"];
    let devices = launched["BlockDeviceMappings"].as_array().unwrap();
    assert!(devices.iter().all(|device| device["DeviceName"] != HOME_DEVICE), "homes' own");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let tags = launched["TagSpecifications"].as_array().unwrap().iter();
    let tags = tags.filter(|of| of["ResourceType"] == "instance");
    let tags = tags.flat_map(|of| of["Tags"].as_array().unwrap());
    let hook = |hook: &Value| HookSpec {
        name: text(&hook["LifecycleHookName"]),
        transition: match hook["LifecycleTransition"].as_str().unwrap() {
            "autoscaling:EC2_INSTANCE_LAUNCHING" => Transition::Launching,
            "autoscaling:EC2_INSTANCE_TERMINATING" => Transition::Terminating,
            other => panic!("{other}"),
        },
        heartbeat_seconds: u32::try_from(hook["HeartbeatTimeout"].as_u64().unwrap()).unwrap(),
        default_result: match hook["DefaultResult"].as_str().unwrap() {
            "CONTINUE" => HookResult::Continue,
            _ => HookResult::Abandon,
        },
        metadata: None,
    };
    let hooks = template.of("AWS::AutoScaling::LifecycleHook").map(|of| hook(&of.properties));
    GroupSpec {
        min: text(&group.properties["MinSize"]).parse().unwrap(),
        max: text(&group.properties["MaxSize"]).parse().unwrap(),
        protect_new: group.properties["NewInstancesProtectedFromScaleIn"] == true,
        tags: tags.map(|tag| (text(&tag["Key"]), text(&tag["Value"]))).collect(),
        hooks: hooks.collect(),
        ..GroupSpec::named(group.id.as_ref().unwrap())
    }
}

/// The functions on the stack.
struct Desk {
    stage: Arc<Stage>,
    cloud: Arc<Cloud>,
    redis: Redis,
    recorder: Recorder,
    boxes: ReadyBoxes,
}

impl Desk {
    async fn begin() -> Self {
        let stage = Stage::set().await;
        let spec = group(&stage.template);
        assert_eq!((spec.name.as_str(), spec.max), ("desks", 7));
        let (name, tags) = (spec.name.clone(), spec.tags.clone());
        let cloud = Arc::new(Cloud::of(spec).await);
        let recorder = Recorder::new(&name).before(&cloud.sim, tags);
        let redis = Redis::start().await.unwrap();
        Self { stage, cloud, redis, recorder, boxes: ReadyBoxes::default() }
    }

    /// As its settings say; but for where the store is.
    fn store(&self) -> RedisStore {
        RedisStore::new(self.redis.url(), "").unwrap()
    }

    async fn seats(&self, function: &str) -> DynamoSeats {
        let config = self.stage.moto.sdk_config().await;
        let config = aws_sdk_dynamodb::config::Builder::from(&config);
        let config = config.interceptor(self.recorder.clone()).build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        let SeatsConfig { seats_table, homes_table, sessions_table, box_price } =
            self.stage.config(function);
        let tables = Tables { seats: seats_table, homes: homes_table, sessions: sessions_table };
        DynamoSeats::new(client, tables, box_price.0)
    }

    async fn plane(&self, function: &str) -> Plane {
        let sdk = moto::sdk_config(self.cloud.endpoint()).await;
        let ec2 = aws_sdk_ec2::config::Builder::from(&sdk).interceptor(self.recorder.clone());
        let autoscaling = aws_sdk_autoscaling::config::Builder::from(&sdk);
        let autoscaling = autoscaling.interceptor(self.recorder.clone());
        let fleet: FleetConfig = self.stage.config(function);
        let volumes = VolumeConfig { fleet: fleet.fleet().to_owned(), key: None };
        ControlPlane {
            store: self.store(),
            seats: self.seats(function).await,
            fleet: AwsFleet::new(
                aws_sdk_ec2::Client::from_conf(ec2.build()),
                aws_sdk_autoscaling::Client::from_conf(autoscaling.build()),
                &fleet.asg_name,
                volumes,
            ),
            boxes: self.boxes.clone(),
            clock: SystemClock,
            policy: fleet.policy(),
        }
    }

    async fn pass(&self) {
        let plane = self.plane("idle-reaper").await;
        on_behalf("idle-reaper", idle_reaper::handle(&plane, "pass".into())).await.unwrap();
    }

    /// Delivers events until it is so.
    async fn until(&self, so: impl AsyncFnMut() -> bool) {
        let plane = self.plane("lifecycle").await;
        let group = self.stage.config::<FleetConfig>("lifecycle").asg_name;
        let app = App { plane, group };
        on_behalf("lifecycle", deliver_until(&self.cloud, &app, so)).await;
    }

    /// Whoever follows the stream is told that this seat was opened.
    async fn opened(&self, user: &UserId) {
        let item = self.seats("provision").await.user(user).await.unwrap().unwrap();
        assert_eq!(item.state, UserState::Open);
        let (key, new) = (format!("user#{user}"), Some(Item::User(item)));
        let change = Change { number: 1, key, old: None, new, by_age: false };
        let plane = self.plane("provision").await;
        let handled = provision::handle(&plane, stream_event(&[change]), "records".into());
        let response = on_behalf("provision", handled).await.unwrap();
        assert!(response.batch_item_failures.is_empty());
    }

    async fn dispatch(
        &self,
        user: &UserId,
        method: &str,
        path: &str,
        body: &str,
    ) -> http::Response<String> {
        let keys: KeyConfig = self.stage.config("dispatch");
        let (signer, verifier) = keys.keys().unwrap();
        let web: WebConfig = self.stage.config("dispatch");
        let (account, day) = (("idp".into(), user.to_string()), Duration::from_secs(86_400));
        let now = SystemClock.now();
        let session = SessionClaims::new(user.clone(), account, false, now, (day, day));
        let cookie =
            format!("{}={}", session_cookie(&web.base_url), signer.sign(&session).unwrap());
        let base = web.base_url.0.clone();
        let request: Request = http::Request::builder()
            .method(method)
            .uri(format!("{base}{path}"))
            .header(header::COOKIE, cookie)
            .header(header::ORIGIN, base)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let app = dispatch::App {
            store: self.store(),
            seats: self.seats("dispatch").await,
            clock: SystemClock,
            signer,
            verifier,
            seat_token_lifetime: keys.seat_token_lifetime(),
            times: self.stage.config::<TimesConfig>("dispatch").times(),
            web,
        };
        on_behalf("dispatch", dispatch::handle(&app, request)).await
    }
}

#[tokio::test]
async fn a_session_on_what_the_stack_has_made() {
    let desk = Desk::begin().await;
    let alice: UserId = "alice".parse().unwrap();
    desk.pass().await;
    let store = desk.store();
    desk.until(async || !store.view().await.unwrap().pool.is_empty()).await;

    let reply = desk.dispatch(&alice, "GET", "/dispatch", "").await;
    assert_eq!(reply.status(), StatusCode::FOUND);
    let location = reply.headers()[header::LOCATION].to_str().unwrap();
    let seats = desk.seats("dispatch").await;
    let seat = seats.user(&alice).await.unwrap().unwrap().seat;
    assert!(location.starts_with(&format!("https://{}.boxes.example.com/", seat.instance)));

    desk.opened(&alice).await;
    let instances = desk.cloud.sim.look(|sim| sim.instances());
    let hers = instances.iter().find(|one| one.id == seat.instance.as_str()).unwrap();
    assert_eq!(hers.tags[tags::OWNER_TAG], "alice");
    let volume = desk.cloud.sim.look(|sim| sim.volumes()).remove(0);
    assert_eq!((volume.tags["Fleet"].as_str(), volume.size), ("desks", 30));

    let epoch = format!("epoch={}", seat.epoch);
    assert_eq!(desk.dispatch(&alice, "POST", "/stop", &epoch).await.status(), 202);
    // The home is let go of between passes.
    let stopped = async || {
        desk.pass().await;
        let known = store.known(std::slice::from_ref(&seat.instance)).await.unwrap();
        known[0].phase == BoxPhase::Standby
    };
    desk.until(stopped).await;
    let sessions = seats.sessions(&alice, 1).await.unwrap();
    assert_eq!(sessions[0].epoch, seat.epoch);

    for (function, record) in desk.recorder.records() {
        let rights = desk.stage.template.rights(function);
        for ask in &record.asks {
            assert!(!grants(rights, ask).unwrap().is_empty(), "{function}: {ask:?}");
        }
    }
}
