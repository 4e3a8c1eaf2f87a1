//! The plot: requests per second over three hours, on a logarithmic scale.

use crate::storm::Seconds;
use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 52.0;
const BOTTOM: f64 = 48.0;

/// What is shown (s), and how many seconds one step of a line stands for: the busiest of them counts.
const SPAN: usize = 3 * 3_600;
const STEP: usize = 20;
/// The top of the scale, a power of ten.
const DECADES: i32 = 5;

/// Names and classes of the lines, in the order of the strategies.
const LINES: [(&str, &str); 3] =
    [("this package", "ours"), ("10 s before the end", "ten"), ("5 min before the end", "five")];

pub(crate) fn svg(storms: &[Seconds; 3]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Requests per second of a million clients over three hours, logarithmic\">\n<style>\n\
         text {{ font: 13px system-ui, sans-serif; fill: #333 }}\n\
         .grid {{ stroke: #ddd }}\n\
         .ours {{ stroke: #0a6ebd; fill: #0a6ebd }}\n.ten {{ stroke: #c4420c; fill: #c4420c }}\n\
         .five {{ stroke: #7a7a00; fill: #7a7a00 }}\n.area {{ fill-opacity: .22; stroke-width: 1.5 }}\n\
         @media (prefers-color-scheme: dark) {{\n  text {{ fill: #ccc }}\n  .grid {{ stroke: #444 }}\n\
         \x20 .ours {{ stroke: #5ab4ff; fill: #5ab4ff }}\n  .ten {{ stroke: #ff8a5c; fill: #ff8a5c }}\n\
         \x20 .five {{ stroke: #d6d64a; fill: #d6d64a }}\n}}\n</style>\n"
    );
    axes(&mut svg);
    // Ours last, so that it lies above.
    for n in [1, 2, 0] {
        let (name, class) = LINES[n];
        let _ = writeln!(svg, "<path class=\"area {class}\" d=\"{}\"><title>{name}</title></path>", path(&storms[n]));
    }
    let mut x = LEFT;
    for (name, class) in LINES {
        let _ = writeln!(svg, "<rect class=\"{class}\" x=\"{x}\" y=\"26\" width=\"14\" height=\"6\"/>");
        let _ = writeln!(svg, "<text x=\"{}\" y=\"34\">{name}</text>", x + 20.0);
        x += 44.0 + 7.0 * name.len() as f64;
    }
    svg.push_str("</svg>\n");
    svg
}

fn axes(svg: &mut String) {
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"16\">Requests per second, a million clients (logarithmic)</text>");
    for decade in 0..=DECADES {
        let y = height(10_f64.powi(decade));
        let label = ["1", "10", "100", "1,000", "10,000", "100,000"].get(decade as usize).copied().unwrap_or_default();
        let _ = writeln!(svg, "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>");
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>", LEFT - 8.0, y + 4.0);
    }
    for half in 0..=6 {
        let x = across(half * 1_800);
        let _ = writeln!(svg, "<path class=\"grid\" d=\"M{x:.1} {bottom}v5\"/>");
        let text = half as f64 / 2.0;
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{text}</text>", bottom + 20.0);
    }
    let middle = (LEFT + right) / 2.0;
    let _ = writeln!(
        svg,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">Hours since a million tokens were minted within a minute</text>",
        bottom + 38.0
    );
}

/// The busiest second of each step; where nobody asks there is nothing to draw.
fn path(storm: &Seconds) -> String {
    let busiest = |step: usize| {
        let seconds = step * STEP..(step + 1) * STEP;
        seconds.map(|second| storm.iter().map(|rotation| rotation[second]).sum::<u32>()).max().unwrap_or(0)
    };
    let (mut path, bottom) = (String::new(), HEIGHT - BOTTOM);
    let mut drawing = false;
    for step in 0..SPAN / STEP {
        let (from, to, most) = (across(step * STEP), across((step + 1) * STEP), busiest(step));
        if most > 0 {
            if !drawing {
                let _ = write!(path, "M{from:.1} {bottom}");
            }
            let _ = write!(path, "V{:.1}H{to:.1}", height(f64::from(most)));
        } else if drawing {
            let _ = write!(path, "V{bottom}");
        }
        drawing = most > 0;
    }
    if drawing {
        let _ = write!(path, "V{bottom}");
    }
    path
}

fn across(second: usize) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * second as f64 / SPAN as f64
}

fn height(requests: f64) -> f64 {
    let room = HEIGHT - TOP - BOTTOM;
    HEIGHT - BOTTOM - room * (requests.max(1.0).log10() / f64::from(DECADES)).min(1.0)
}
