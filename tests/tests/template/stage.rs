//! The stack, made once.

use std::{collections::HashMap, sync::Arc};

use envconfig::Envconfig;
use hotdesk::token::generate;
use hotdesk_stack::moto::Moto;
use hotdesk_tests::template::Template;
use tokio::sync::OnceCell;

/// Where the secret with the keys is, and which version of it, as the stack is told.
pub(crate) const KEYS: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:desk-a1B2c3";
pub(crate) const VERSION: &str = "22222222-2222-2222-2222-222222222222";

/// The password of the store, which CloudFormation makes up.
pub(crate) const PASSWORD: &str = "abcDEF123";

pub(crate) struct Stage {
    pub(crate) moto: Moto,
    pub(crate) template: Template,
    /// What is in the secret with the keys.
    secrets: HashMap<&'static str, String>,
}

/// A stack whose operator has decided more than what has no default.
const CHOSEN: [(&str, &str); 8] = [
    ("KeysSecret", KEYS),
    ("KeysVersion", VERSION),
    ("FleetName", "desks"),
    ("BoxPricePerHour", "0.5"),
    ("HomeSizeGiB", "30"),
    ("MaxSize", "7"),
    ("WorkspaceDomain", "boxes.example.com"),
    ("ApiDomain", "desk.example.org"),
];

impl Stage {
    pub(crate) async fn set() -> Arc<Self> {
        static STAGE: OnceCell<Arc<Stage>> = OnceCell::const_new();
        let set = async || {
            let moto = Moto::with_stacks().await.expect("moto");
            let certificate = "arn:aws:acm:us-east-1:123456789012:certificate/desk";
            let chosen = CHOSEN.into_iter().chain([("ApiCertificateArn", certificate)]);
            let template = Template::make(&moto, &chosen.collect::<Vec<_>>()).await;
            let (private, public) = generate().unwrap();
            let secrets = HashMap::from([("SIGNING_KEY", private), ("PUBLIC_KEYS", public)]);
            Arc::new(Self { moto, template, secrets })
        };
        Arc::clone(STAGE.get_or_init(set).await)
    }

    /// The settings of a function, as Lambda gives them to it.
    pub(crate) fn settings(&self, function: &str) -> HashMap<String, String> {
        let told = self.template.functions[function].environment.iter();
        told.map(|(name, value)| (name.clone(), self.resolved(value))).collect()
    }

    /// A part of a function's configuration, from its settings alone.
    pub(crate) fn config<T: Envconfig>(&self, function: &str) -> T {
        T::init_from_hashmap(&self.settings(function)).expect("a whole configuration")
    }

    /// CloudFormation puts secrets in their places (CloudFormation User Guide, "Get a secret or secret
    /// value from Secrets Manager").
    fn resolved(&self, value: &str) -> String {
        let mut parts = value.split("{{resolve:secretsmanager:");
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (reference, rest) = part.split_once("}}").expect("it ends");
            whole += &self.secret(reference);
            whole += rest;
        }
        whole
    }

    fn secret(&self, reference: &str) -> String {
        match reference.split_once(":SecretString").expect("a text") {
            (arn, "") => {
                assert!(arn.contains("store"), "{arn}");
                PASSWORD.to_owned()
            }
            (arn, rest) => {
                let parts: Vec<&str> = rest.split(':').collect();
                let ["", key, "", version] = parts[..] else { panic!("{reference}") };
                assert_eq!((arn, version), (KEYS, VERSION));
                self.secrets[key].clone()
            }
        }
    }
}
