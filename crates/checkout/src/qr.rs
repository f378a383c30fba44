//! QR codes as SVG that a strict content policy allows.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// A code to scan, and what it says.
#[derive(Clone, Debug)]
pub struct Qr {
    /// The drawing; markup of our own, safe to be put into a page.
    pub svg: String,
    /// A link to the bank's application, for a buyer who is on the phone already.
    pub link: String,
}

impl Qr {
    /// Draws `data`; `None` if it is longer than any code. `link` opens the same on this device.
    #[must_use]
    pub fn draw(data: &str, link: &str, label: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(data, EcLevel::M).ok()?;
        let drawing = code
            .render::<svg::Color<'_>>()
            .quiet_zone(false)
            .min_dimensions(1, 1)
            .max_dimensions(1, 1)
            .dark_color(svg::Color("#000"))
            .light_color(svg::Color("#fff"))
            .build();
        let markup = drawing
            .split_once("?>")
            .map_or(drawing.as_str(), |(_, svg)| svg);
        // The label is one of our texts and has no markup in it.
        let labelled = format!("<svg role=\"img\" aria-label=\"{label}\" ");
        Some(Self {
            svg: markup.replacen("<svg ", &labelled, 1),
            link: link.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Qr;

    #[test]
    fn a_link_becomes_a_drawing_without_inline_style() {
        let link = "https://qr.nspk.ru/AS10003P3RH0LJ2A9ROO038L6NT5RU1M";
        let qr = Qr::draw(link, link, "QR").unwrap();
        assert!(
            qr.svg.starts_with("<svg role=\"img\" aria-label=\"QR\""),
            "{}",
            qr.svg
        );
        assert!(!qr.svg.contains("style"), "{}", qr.svg);
        assert!(qr.svg.len() < 12_000, "{} bytes", qr.svg.len());
    }

    #[test]
    fn what_fits_no_code_is_not_drawn() {
        assert!(Qr::draw(&"x".repeat(5_000), "", "QR").is_none());
    }
}
