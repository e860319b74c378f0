//! `infra/aws/watch.yaml` as the tests need it: which metrics its alarms and its dashboard look at.

use std::{collections::BTreeSet, fs, path::Path};

use serde_norway::{Value, value::TaggedValue};

/// A metric that somebody looks at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    /// The alarm, or the title of the widget.
    pub(crate) by: String,
    pub(crate) namespace: String,
    pub(crate) metric: String,
    /// Names and values; of a parameter, `${` its name `}`.
    pub(crate) dimensions: Vec<(String, String)>,
    pub(crate) statistic: String,
    /// What the axis says that it is drawn on, if it is drawn.
    pub(crate) axis: Option<String>,
}

/// The template.
pub(crate) struct Template(Value);

/// An alarm.
pub(crate) struct Alarm<'a> {
    /// Its logical id.
    pub(crate) id: &'a str,
    pub(crate) properties: &'a Value,
}

impl Template {
    pub(crate) fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/aws/watch.yaml");
        Self(serde_norway::from_str(&fs::read_to_string(file).unwrap()).unwrap())
    }

    pub(crate) fn alarms(&self) -> Vec<Alarm<'_>> {
        let resources = self.0["Resources"].as_mapping().unwrap().iter();
        let alarms = resources.filter(|(_, of)| of["Type"] == "AWS::CloudWatch::Alarm");
        alarms
            .map(|(id, of)| Alarm { id: id.as_str().unwrap(), properties: &of["Properties"] })
            .collect()
    }

    pub(crate) fn alarm(&self, id: &str) -> &Value {
        &self.0["Resources"][id]["Properties"]
    }

    /// The dashboard, whose parameters are `${...}` still.
    pub(crate) fn dashboard(&self) -> serde_json::Value {
        let body = &self.0["Resources"]["Dashboard"]["Properties"]["DashboardBody"];
        serde_json::from_str(&text(body)).unwrap()
    }

    pub(crate) fn in_alarms(&self) -> Vec<Use> {
        self.alarms().iter().flat_map(Alarm::uses).collect()
    }

    pub(crate) fn in_dashboard(&self) -> Vec<Use> {
        let body = self.dashboard();
        let widgets = body["widgets"].as_array().unwrap().iter();
        widgets.filter(|widget| widget["type"] == "metric").flat_map(of_widget).collect()
    }
}

impl Alarm<'_> {
    fn uses(&self) -> Vec<Use> {
        match self.properties.get("Metrics") {
            None => {
                let statistic = text(&self.properties["Statistic"]);
                vec![self.one(self.properties, statistic)]
            }
            Some(queries) => {
                let queries = queries.as_sequence().unwrap().iter();
                let stats = queries.filter_map(|query| query.get("MetricStat"));
                stats.map(|stat| self.one(&stat["Metric"], text(&stat["Stat"]))).collect()
            }
        }
    }

    fn one(&self, metric: &Value, statistic: String) -> Use {
        let dimensions = metric["Dimensions"].as_sequence().unwrap().iter();
        let mut dimensions: Vec<_> =
            dimensions.map(|d| (text(&d["Name"]), text(&d["Value"]))).collect();
        dimensions.sort();
        Use {
            by: self.id.to_owned(),
            namespace: text(&metric["Namespace"]),
            metric: text(&metric["MetricName"]),
            dimensions,
            statistic,
            axis: None,
        }
    }

    /// The names that its mathematics uses, and those of its metrics.
    pub(crate) fn terms(&self) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
        let queries = self.properties.get("Metrics")?.as_sequence().unwrap();
        let (math, metrics): (Vec<_>, Vec<_>) =
            queries.iter().partition(|query| query.get("Expression").is_some());
        let [math] = math[..] else { panic!("{}: one expression", self.id) };
        let expression = text(&math["Expression"]);
        let words = expression.split(|c: char| !c.is_ascii_alphanumeric());
        let used = words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
        let defined = metrics.iter().map(|query| text(&query["Id"]));
        Some((used.map(ToOwned::to_owned).collect(), defined.collect()))
    }
}

fn of_widget(widget: &serde_json::Value) -> Vec<Use> {
    let properties = &widget["properties"];
    let by = properties["title"].as_str().unwrap();
    let rows = properties["metrics"].as_array().unwrap().iter().map(|row| row.as_array().unwrap());
    let metrics = rows.filter(|row| row[0].is_string()).map(|row| {
        let (options, names) = row.split_last().unwrap();
        let names: Vec<&str> = names.iter().map(|name| name.as_str().unwrap()).collect();
        let [namespace, metric, dimensions @ ..] = &names[..] else { panic!("{by}: {row:?}") };
        let (pairs, rest) = dimensions.as_chunks::<2>();
        assert!(rest.is_empty(), "{by}: {row:?}");
        let mut dimensions: Vec<_> =
            pairs.iter().map(|[name, value]| ((*name).to_owned(), (*value).to_owned())).collect();
        dimensions.sort();
        Use {
            by: by.to_owned(),
            namespace: (*namespace).to_owned(),
            metric: (*metric).to_owned(),
            dimensions,
            statistic: options["stat"].as_str().unwrap().to_owned(),
            axis: (options["visible"] != false).then(|| {
                let side = options["yAxis"].as_str().unwrap_or("left");
                properties["yAxis"][side]["label"].as_str().unwrap_or_default().to_owned()
            }),
        }
    });
    metrics.collect()
}

/// A text, or what `!Ref` or `!Sub` makes one of.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Tagged(tagged) => {
            let TaggedValue { tag, value } = &**tagged;
            let value = value.as_str().unwrap();
            if *tag == "!Ref" { format!("${{{value}}}") } else { value.to_owned() }
        }
        other => panic!("no text: {other:?}"),
    }
}
