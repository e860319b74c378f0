//! The table of figures: each with its goal and what it is compared with.

use std::fmt;

use serde::Serialize;

/// A figure beside the one that it is compared with.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What is measured.
    pub what: String,
    /// Ours.
    pub ours: f64,
    /// In which unit.
    pub unit: &'static str,
    /// What it is compared with, and that one's figure.
    pub beside: Option<(String, f64)>,
    /// What it is to be.
    pub goal: Goal,
}

/// What a figure is to be.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum Goal {
    /// At most so much.
    AtMost(f64),
    /// At most so many times the other one.
    Times(f64),
    /// The other one is at least so many times as much.
    Less(f64),
    /// There is none.
    Nothing,
}

impl Row {
    /// Ours divided by the other one.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        self.beside.as_ref().map(|(_, other)| self.ours / other)
    }

    /// Whether the goal is reached.
    #[must_use]
    pub fn reached(&self) -> bool {
        match (self.goal, self.ratio()) {
            (Goal::AtMost(most), _) => self.ours <= most,
            (Goal::Times(times), Some(ratio)) => ratio <= times,
            (Goal::Less(times), Some(ratio)) => ratio * times <= 1.0,
            (Goal::Times(_) | Goal::Less(_), None) => false,
            (Goal::Nothing, _) => true,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "at most {most}"),
            Self::Times(times) => write!(f, "at most {times} times"),
            Self::Less(times) => write!(f, "{times} times less"),
            Self::Nothing => f.write_str("-"),
        }
    }
}

/// The table in Markdown.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| what | ours | beside | ratio | goal | |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let number = |figure: f64| format!("{figure:.figures$}", figures = digits(figure));
        let beside = row.beside.as_ref();
        let beside =
            beside.map(|(name, other)| format!("{} {} ({name})", number(*other), row.unit));
        let ratio = row.ratio().map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        text.push_str(&format!(
            "| {} | {} {} | {} | {ratio} | {} | {} |\n",
            row.what,
            number(row.ours),
            row.unit,
            beside.unwrap_or_default(),
            row.goal,
            if row.reached() { "" } else { "missed" },
        ));
    }
    text
}

/// Three figures that mean something.
fn digits(figure: f64) -> usize {
    match figure.abs() {
        0.0 => 0,
        small if small < 1.0 => 3,
        few if few < 10.0 => 2,
        some if some < 100.0 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: f64, other: Option<f64>, goal: Goal) -> Row {
        let beside = other.map(|other| ("bare".to_owned(), other));
        Row { what: "a start".into(), ours, unit: "ms", beside, goal }
    }

    #[test]
    fn a_goal_that_is_missed_is_said_so() {
        assert!(row(1.2, Some(1.0), Goal::Times(1.2)).reached());
        assert!(!row(1.3, Some(1.0), Goal::Times(1.2)).reached());
        assert!(row(100.0, Some(400.0), Goal::Less(4.0)).reached());
        assert!(!row(101.0, Some(400.0), Goal::Less(4.0)).reached());
        assert!(!row(1.0, None, Goal::Times(2.0)).reached());
        assert!(row(8.0, None, Goal::AtMost(8.0)).reached());
        let text = table(&[row(1.3, Some(1.0), Goal::Times(1.2))]);
        assert!(text.ends_with(
            "| a start | 1.30 ms | 1.00 ms (bare) | 1.30 | at most 1.2 times | missed |\n"
        ));
    }
}
