//! A picture: who came, and how many spares each rule wanted then.

use plotters::prelude::*;

use crate::replay::Outcome;

const COLOURS: [RGBColor; 6] = [
    RGBColor(0x0b, 0x6e, 0x4f),
    RGBColor(0xb0, 0x3a, 0x2e),
    RGBColor(0x1f, 0x4e, 0x9c),
    RGBColor(0x8e, 0x44, 0xad),
    RGBColor(0xb7, 0x95, 0x0b),
    RGBColor(0x56, 0x65, 0x73),
];

/// The picture as SVG: above, arrivals a quarter of an hour; below, the spares that each rule wanted.
/// `end` is in seconds since 1970, `begin` too.
///
/// # Errors
/// What the library says.
pub fn draw(
    title: &str,
    arrivals: &[f64],
    (begin, end): (f64, f64),
    outcomes: &[(String, Outcome)],
) -> Result<String, Box<dyn std::error::Error>> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (1200, 700)).into_drawing_area();
        area.fill(&WHITE)?;
        let area = area.titled(title, ("sans-serif", 22))?;
        let (above, below) = area.split_vertically(220);
        let days = |at: f64| (at - begin) / 86_400.0;
        let counts = quarters(arrivals, begin, end);
        let highest = counts.iter().copied().max().unwrap_or(1).max(1);
        let mut chart = ChartBuilder::on(&above)
            .margin(12)
            .set_label_area_size(LabelAreaPosition::Left, 60)
            .set_label_area_size(LabelAreaPosition::Bottom, 24)
            .build_cartesian_2d(0.0..days(end), 0.0..f64::from(highest) * 1.05)?;
        chart
            .configure_mesh()
            .y_desc("arrivals a quarter hour")
            .light_line_style(TRANSPARENT)
            .draw()?;
        let steps = counts.iter().enumerate().flat_map(|(nth, count)| {
            #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
            let day = nth as f64 / 96.0;
            [(day, f64::from(*count)), (day + 1.0 / 96.0, f64::from(*count))]
        });
        chart.draw_series(LineSeries::new(steps, COLOURS[5].stroke_width(1)))?;

        let wanted = outcomes.iter().flat_map(|(_, outcome)| &outcome.wanted);
        let highest = wanted.map(|(_, spares)| *spares).max().unwrap_or(1).max(1);
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let highest = highest as f64 * 1.05;
        let mut chart = ChartBuilder::on(&below)
            .margin(12)
            .set_label_area_size(LabelAreaPosition::Left, 60)
            .set_label_area_size(LabelAreaPosition::Bottom, 40)
            .build_cartesian_2d(0.0..days(end), 0.0..highest)?;
        chart
            .configure_mesh()
            .x_desc("days")
            .y_desc("spares wanted")
            .light_line_style(TRANSPARENT)
            .draw()?;
        for (nth, (name, outcome)) in outcomes.iter().enumerate() {
            let colour = COLOURS[nth % COLOURS.len()];
            chart
                .draw_series(LineSeries::new(steps_of(outcome, days, end), colour.stroke_width(1)))?
                .label(name)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3))
                });
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.85))
            .border_style(BLACK.mix(0.4))
            .draw()?;
        area.present()?;
    }
    Ok(svg)
}

/// The number that was wanted, as it was held.
fn steps_of(outcome: &Outcome, days: impl Fn(f64) -> f64, end: f64) -> Vec<(f64, f64)> {
    let mut points = Vec::with_capacity(2 * outcome.wanted.len() + 1);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    for (at, spares) in outcome.wanted.iter().map(|(at, spares)| (days(*at), *spares as f64)) {
        points.extend(points.last().map(|(_, before)| (at, *before)));
        points.push((at, spares));
    }
    points.extend(points.last().map(|(_, last)| (days(end), *last)));
    points
}

/// How many came in each quarter of an hour.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand")]
fn quarters(arrivals: &[f64], begin: f64, end: f64) -> Vec<u32> {
    let nth = |at: f64| ((at - begin) / 900.0) as usize;
    let mut counts = vec![0; nth(end) + 1];
    for at in arrivals {
        counts[nth(*at)] += 1;
    }
    counts
}
