//! The routes of the API: the addresses of `openapi.yaml`, each to the function that answers it on a
//! desk too, and one for all other addresses.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use hotdesk_stack::tools;
use serde_norway::Value;

/// What API Gateway calls the route of whatever is of no other.
const OTHER: &str = "$default";

/// The document has some of them; what of the others is let in, the functions say.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

fn read(file: &str) -> Value {
    serde_norway::from_str(&fs::read_to_string(tools::root().join(file)).unwrap()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The resources of that type in the nested template of the routes.
fn resources<'a>(template: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    let all = template["Resources"].as_mapping().unwrap().values();
    all.filter(move |resource| resource["Type"] == kind).map(|resource| &resource["Properties"])
}

/// The routes that the template makes, and the functions that answer.
struct Routes(BTreeMap<String, String>);

impl Routes {
    fn of_the_template() -> Self {
        let (nested, root) = (read("infra/aws/routes.yaml"), read("template.yaml"));
        let told = &root["Resources"]["Routes"]["Properties"]["Parameters"];
        let mut routes = BTreeMap::new();
        for route in resources(&nested, "AWS::ApiGatewayV2::Route") {
            let key = text(&route["RouteKey"]).to_owned();
            let target = text(&route["Target"]).strip_prefix("integrations/${").unwrap();
            let integration = &nested["Resources"][target.strip_suffix('}').unwrap()];
            let argument = text(&integration["Properties"]["IntegrationUri"]);
            let function = text(&told[argument]).strip_suffix(".Arn").unwrap();
            let twice = routes.insert(key, project_name(function));
            assert_eq!(twice, None, "two routes of one key");
        }
        Self(routes)
    }

    /// The route that API Gateway chooses (HTTP APIs Developer Guide, "Routing API requests"): that of the
    /// method before that of any.
    fn chosen(&self, method: &str, path: &str) -> (&str, &str) {
        let keys = [format!("{method} {path}"), format!("ANY {path}"), OTHER.to_owned()];
        let chosen = keys.iter().find_map(|key| self.0.get_key_value(key));
        let (key, function) = chosen.expect("one for all others");
        (key, function)
    }
}

/// A function's name in this project: `SignIn` is `sign-in`.
fn project_name(logical: &str) -> String {
    let mut name = String::new();
    for letter in logical.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// The function that answers on a desk: of the router's patterns that which fits best.
fn on_a_desk(path: &str) -> String {
    let manifest = fs::read_to_string(tools::root().join("Cargo.toml")).unwrap();
    let router = manifest.split_once("[workspace.metadata.lambda.watch.router]\n").unwrap().1;
    let entries = router.lines().take_while(|line| !line.is_empty());
    let entries = entries.map(|line| line.split_once(" = ").unwrap());
    let entries = entries.map(|(pattern, function)| (unquoted(pattern), unquoted(function)));
    let wildcards = |pattern: &str| (pattern.contains("{*"), pattern.matches('{').count());
    let fitting = entries.filter(|(pattern, _)| fits(pattern, path));
    fitting.min_by_key(|(pattern, _)| wildcards(pattern)).expect("an entry").1.to_owned()
}

fn unquoted(text: &str) -> &str {
    text.trim_matches('"')
}

/// Whether a path is of that pattern of the router.
fn fits(pattern: &str, path: &str) -> bool {
    if let Some((before, _)) = pattern.split_once("{*") {
        return path.starts_with(before);
    }
    let (pattern, path): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern.iter().zip(&path).all(|(one, other)| one.starts_with('{') || one == other)
}

/// The paths of the document, and the methods that it has for each.
fn described() -> BTreeMap<String, BTreeSet<String>> {
    let document = read("openapi.yaml");
    let methods = |item: &Value| -> BTreeSet<String> {
        item.as_mapping().unwrap().keys().map(|method| text(method).to_uppercase()).collect()
    };
    let paths = document["paths"].as_mapping().unwrap().iter();
    paths.map(|(path, item)| (text(path).to_owned(), methods(item))).collect()
}

#[test]
fn every_address_of_the_document_has_a_route_and_there_is_one_more_for_all_others() {
    let routes = Routes::of_the_template();
    let mut chosen = BTreeSet::from([OTHER]);
    for (path, methods) in described() {
        for method in methods {
            let (key, function) = routes.chosen(&method, &path);
            assert_ne!(key, OTHER, "{method} {path} has no route of its own");
            assert_eq!(function, on_a_desk(&path), "{method} {path}");
            chosen.insert(key);
        }
    }
    let all: BTreeSet<&str> = routes.0.keys().map(String::as_str).collect();
    assert_eq!(all, chosen, "routes that the document knows nothing of");
}

/// A 405 of an address is its own function's: only that knows what to allow.
#[test]
fn whatever_the_method_an_address_is_answered_by_the_same_function() {
    let routes = Routes::of_the_template();
    for path in described().keys() {
        for method in METHODS {
            assert_eq!(routes.chosen(method, path).1, on_a_desk(path), "{method} {path}");
        }
    }
    for path in ["/nowhere", "/homes/alice/paint", "/login/again"] {
        assert_eq!(routes.chosen("GET", path), (OTHER, on_a_desk(path).as_str()), "{path}");
    }
}

/// As `lambda_http` is built for here, and no other API.
#[test]
fn every_function_that_is_routed_to_may_be_called_in_the_form_that_it_reads() {
    let nested = read("infra/aws/routes.yaml");
    let mut called = BTreeSet::new();
    for integration in resources(&nested, "AWS::ApiGatewayV2::Integration") {
        assert_eq!(text(&integration["PayloadFormatVersion"]), "2.0");
        called.insert(text(&integration["IntegrationUri"]));
    }
    let mut allowed = BTreeSet::new();
    for permission in resources(&nested, "AWS::Lambda::Permission") {
        assert_eq!(text(&permission["Principal"]), "apigateway.amazonaws.com");
        assert!(text(&permission["SourceArn"]).ends_with(":${ApiId}/*"), "of this API alone");
        allowed.insert(text(&permission["FunctionName"]));
    }
    assert_eq!(called, allowed);
}
