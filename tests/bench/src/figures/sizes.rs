//! How large the functions are.

use std::{fs, io::Write as _};

use flate2::{Compression, write::DeflateEncoder};

use super::{Plan, beside, row};
use crate::report::{Goal, Row};

const SMALL: f64 = 1.6;
const LARGE: f64 = 7.0;

pub(super) fn figures(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let size = |name: &str| deflated(plan, name);
    let ping = row("ping: deflated, as in a zip", size("ping")?, "MB", Goal::AtMost(SMALL));
    let mut rows = vec![beside(ping, "bare", size("bare")?)];
    for name in ["dispatch", "lifecycle", "idle-reaper", "provision", "sign-in"] {
        let what = format!("{name}: deflated, as in a zip");
        rows.push(row(&what, size(name)?, "MB", Goal::AtMost(LARGE)));
    }
    Ok(rows)
}

/// Megabytes of a program, deflated as well as zip does it.
#[expect(clippy::cast_precision_loss, reason = "far less than 2^52 bytes")]
fn deflated(plan: &Plan, name: &str) -> anyhow::Result<f64> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&fs::read(plan.program(name))?)?;
    Ok(encoder.finish()?.len() as f64 / 1e6)
}
