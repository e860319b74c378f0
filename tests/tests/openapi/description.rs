//! `openapi.yaml` as the tests need it: which answers it describes, and whether one is among them.

use std::{collections::BTreeSet, fs, path::Path};

use boon::{Compiler, Draft, Schemas};
use hotdesk::web::{EVERYWHERE, Reply};
use http::{HeaderMap, Method, header};
use serde_json::Value;

/// What the document is called among the schemas, so that its references lead into itself.
const URL: &str = "http://hotdesk.test/openapi.json";

/// Headers of every page, which the document leaves to browsers.
const OF_PAGES: [&str; 3] =
    ["content-security-policy", "cross-origin-opener-policy", "referrer-policy"];

/// The part of the document that `functions/sign-in` answers, which has tests of its own.
const ELSEWHERE: &str = "sign-in";

/// A method, a path as the document has it, and a status.
pub(crate) type Answer = (String, String, u16);

/// The document.
pub(crate) struct Description {
    pub(crate) document: Value,
    compiler: Compiler,
    schemas: Schemas,
}

impl Description {
    pub(crate) fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.yaml");
        let document: Value = serde_norway::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource(URL, document.clone()).unwrap();
        Self { document, compiler, schemas: Schemas::new() }
    }

    /// Every answer that is described.
    pub(crate) fn answers(&self) -> BTreeSet<Answer> {
        let mut answers = BTreeSet::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if operation["tags"][0] == ELSEWHERE {
                    continue;
                }
                for status in operation["responses"].as_object().unwrap().keys() {
                    answers.insert((method.to_uppercase(), path.clone(), status.parse().unwrap()));
                }
            }
        }
        answers
    }

    /// The paths, and the methods that each takes.
    pub(crate) fn paths(&self) -> Vec<(String, Vec<Method>)> {
        let paths = self.document["paths"].as_object().unwrap().iter();
        let here = |item: &Value| {
            item.as_object().unwrap().values().all(|one| one["tags"][0] != ELSEWHERE)
        };
        let paths = paths.filter(|(_, item)| here(item)).map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            let methods = methods.map(|name| name.to_uppercase().parse().unwrap());
            (path.clone(), methods.collect())
        });
        paths.collect()
    }

    /// The path of the document that an address is one of, if there is one.
    pub(crate) fn path_of(&self, address: &str) -> Option<String> {
        let paths = self.document["paths"].as_object().unwrap();
        let parts: Vec<_> = address.split('/').collect();
        let path = match parts[..] {
            ["", "problems", _] => "/problems/{slug}".to_owned(),
            ["", "homes", _] => "/homes/{user}".to_owned(),
            ["", "homes", _, deed] => format!("/homes/{{user}}/{deed}"),
            _ => address.to_owned(),
        };
        paths.contains_key(&path).then_some(path)
    }

    /// What is wrong with an answer to that request, by the document.
    pub(crate) fn check(
        &mut self,
        method: &Method,
        path: &str,
        reply: &Reply,
    ) -> Result<(), String> {
        let responses = format!(
            "/paths/{}/{}/responses",
            path.replace('~', "~0").replace('/', "~1"),
            method.as_str().to_lowercase()
        );
        self.check_as(&format!("{responses}/{}", reply.status().as_u16()), reply)
    }

    /// What is wrong with an answer, by that response of the document.
    pub(crate) fn check_as(&mut self, pointer: &str, reply: &Reply) -> Result<(), String> {
        let response = self.follow(pointer).ok_or("such a status is not described")?;
        self.check_headers(&response, reply.headers())?;
        self.check_body(&response, reply)
    }

    fn check_headers(&mut self, response: &str, headers: &HeaderMap) -> Result<(), String> {
        let mut described = BTreeSet::from([header::CONTENT_TYPE.to_string()]);
        for (name, value) in EVERYWHERE {
            if headers.get(&name) != Some(&value) {
                return Err(format!("the header {name} is missing, or is another one"));
            }
            described.insert(name.to_string());
        }
        let names = self.document.pointer(&format!("{response}/headers"));
        let names: Vec<_> = names.and_then(Value::as_object).into_iter().flatten().collect();
        let names: Vec<_> = names.into_iter().map(|(name, _)| name.clone()).collect();
        for name in names {
            let pointer = self.follow(&format!("{response}/headers/{name}")).unwrap();
            described.insert(name.to_lowercase());
            let Some(value) = headers.get(&name) else {
                let required = self.document.pointer(&format!("{pointer}/required"));
                match required == Some(&Value::Bool(true)) {
                    true => return Err(format!("the header {name} is missing")),
                    false => continue,
                }
            };
            let schema = format!("{pointer}/schema");
            let value = value.to_str().unwrap();
            let integer = self.document.pointer(&schema).unwrap()["type"] == "integer";
            let value = match value.parse::<u64>() {
                Ok(number) if integer => number.into(),
                _ => Value::from(value),
            };
            self.validate(&schema, &value).map_err(|e| format!("the header {name}: {e}"))?;
        }
        if headers.get(header::CONTENT_TYPE).is_some_and(is_page) {
            described.extend(OF_PAGES.map(str::to_owned));
        }
        match headers.keys().find(|name| !described.contains(name.as_str())) {
            Some(name) => Err(format!("the header {name} is not described")),
            None => Ok(()),
        }
    }

    fn check_body(&mut self, response: &str, reply: &Reply) -> Result<(), String> {
        let kind = reply.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap());
        let content = self.document.pointer(&format!("{response}/content"));
        let (kind, content) = match (kind, content) {
            (None, None) if reply.body().is_empty() => return Ok(()),
            (Some(kind), Some(content)) => (kind.split(';').next().unwrap(), content),
            (kind, content) => return Err(format!("{kind:?} where {content:?} is described")),
        };
        if content.get(kind).is_none() {
            return Err(format!("the type {kind} is not described"));
        }
        if kind == "text/html" {
            let begins = reply.body().trim_start().get(..15).map(str::to_lowercase);
            return match begins.as_deref() {
                Some("<!doctype html>") => Ok(()),
                _ => Err("the page is none".into()),
            };
        }
        let body = serde_json::from_str(reply.body()).map_err(|e| e.to_string())?;
        self.validate(&format!("{response}/content/{}/schema", kind.replace('/', "~1")), &body)
    }

    /// What is wrong with a value, by the schema at that place.
    pub(crate) fn validate(&mut self, schema: &str, value: &Value) -> Result<(), String> {
        let schema = self.compiler.compile(&format!("{URL}#{schema}"), &mut self.schemas).unwrap();
        self.schemas.validate(value, schema).map_err(|e| format!("{e}"))
    }

    /// Where the thing at that place is: there, or where it refers to.
    pub(crate) fn follow(&self, pointer: &str) -> Option<String> {
        match self.document.pointer(pointer)?.get("$ref") {
            Some(to) => self.follow(to.as_str().unwrap().strip_prefix('#').unwrap()),
            None => Some(pointer.to_owned()),
        }
    }
}

/// Whether a content type is that of a page.
pub(crate) fn is_page(content_type: &http::HeaderValue) -> bool {
    content_type.as_bytes().starts_with(b"text/html")
}
