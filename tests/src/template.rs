//! The stack that the template makes, in a moto: see `infra/aws/stack/make.py`.

use std::{
    collections::BTreeMap,
    process::{Command, Stdio},
};

use hotdesk_aws::Tables;
use hotdesk_stack::{moto::Moto, tools};
use serde::Deserialize;
use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::iam::policy::Statement;

/// What came of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Template {
    /// The functions, by their names in this project.
    pub functions: BTreeMap<String, Function>,
    /// What each role may do, by its logical id.
    pub roles: BTreeMap<String, Vec<Statement>>,
    /// All resources, by their logical ids.
    pub resources: BTreeMap<String, Resource>,
}

/// A function.
#[derive(Clone, Debug, Deserialize)]
pub struct Function {
    /// Its settings.
    pub environment: BTreeMap<String, String>,
    /// Seconds after which Lambda ends it.
    pub timeout: u64,
    /// The logical id of its role.
    pub role: String,
}

/// A resource.
#[derive(Clone, Debug, Deserialize)]
pub struct Resource {
    /// Its type.
    pub r#type: String,
    /// Its properties, as far as they are known before a stack is made.
    pub properties: Value,
    /// Its physical id, if moto makes it.
    pub id: Option<String>,
}

impl Template {
    /// Makes the stack in a moto that has CloudFormation, with these parameters.
    ///
    /// # Panics
    /// If that fails; what made it has said why on stderr.
    pub async fn make(moto: &Moto, parameters: &[(&str, &str)]) -> Self {
        let mut arguments = vec![moto.endpoint().to_owned()];
        arguments.extend(parameters.iter().map(|(name, value)| format!("{name}={value}")));
        let run = move || {
            let python = tools::python_of_stacks()?.join("bin/python");
            let mut command = Command::new(python);
            command.arg(tools::root().join("infra/aws/stack/make.py")).args(arguments);
            command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()
        };
        let made = spawn_blocking(run).await.expect("no panic").expect("it runs");
        assert!(made.status.success(), "make.py: {}", made.status);
        serde_json::from_slice(&made.stdout).expect("what make.py says")
    }

    /// The resources of that type.
    pub fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.values().filter(move |resource| resource.r#type == kind)
    }

    /// What a function may do.
    ///
    /// # Panics
    /// If there is no such function.
    #[must_use]
    pub fn rights(&self, function: &str) -> &[Statement] {
        &self.roles[&self.functions[function].role]
    }

    /// The names of the tables, as dispatch is told them.
    ///
    /// # Panics
    /// If it is not.
    #[must_use]
    pub fn tables(&self) -> Tables {
        let told = &self.functions["dispatch"].environment;
        Tables {
            seats: told["SEATS_TABLE"].clone(),
            homes: told["HOMES_TABLE"].clone(),
            sessions: told["SESSIONS_TABLE"].clone(),
        }
    }
}
