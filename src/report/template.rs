//! In: a page's context. Out: its HTML. Every string passes one door, where it is made visible and escaped.

use super::error::ReportError;
use crate::base::show::visible;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, Output, State};
use serde::Serialize;

/// The templates and assets, as embedded.
const FILES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../reports/base.html")),
    ("parts.html", include_str!("../../reports/parts.html")),
    ("index.html", include_str!("../../reports/index.html")),
    ("kernel.html", include_str!("../../reports/kernel.html")),
    ("matrix.html", include_str!("../../reports/matrix.html")),
    ("sites.html", include_str!("../../reports/sites.html")),
    ("series.html", include_str!("../../reports/series.html")),
    ("patch.html", include_str!("../../reports/patch.html")),
    ("running.html", include_str!("../../reports/running.html")),
    ("style.css", include_str!("../../reports/style.css")),
    ("filter.js", include_str!("../../reports/filter.js")),
];

/// The templates, ready to render.
pub(super) struct Templates(Environment<'static>);

impl Templates {
    /// Compiles the embedded templates.
    pub(super) fn load() -> Result<Self, ReportError> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build();
        environment.set_syntax(syntax.map_err(|source| fault("syntax", source))?);
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".html") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        // A misspelled field is an error, not an empty string.
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        environment.set_formatter(format);
        environment.add_filter("thousands", thousands);
        for (name, text) in FILES {
            environment
                .add_template(name, text)
                .map_err(|source| fault(name, source))?;
        }
        Ok(Self(environment))
    }

    /// Renders one page.
    pub(super) fn render(
        &self,
        name: &'static str,
        context: &impl Serialize,
    ) -> Result<String, ReportError> {
        self.0
            .get_template(name)
            .and_then(|template| template.render(Serde(context)))
            .map_err(|source| fault(name, source))
    }
}

/// Names the template at fault.
fn fault(name: &'static str, source: Error) -> ReportError {
    ReportError::Template {
        name,
        source: Box::new(source),
    }
}

/// Writes a value: text made visible and escaped, markup of macros as it is.
fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => Ok(out.write_str(&escape(&visible(text)))?),
        _ if value.kind() == ValueKind::None => Ok(()),
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// Escapes text for HTML, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Spells a count with thin spaces between thousands.
#[expect(
    clippy::needless_pass_by_value,
    reason = "minijinja hands filters owned values"
)]
fn thousands(value: Value) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_made_visible_in_elements_and_attributes() {
        let templates = Templates::load().unwrap();
        let mut environment = templates.0;
        environment
            .add_template("x.html", "<a title=\"{{ x }}\">{{ x }}</a>")
            .unwrap();
        let out = Templates(environment).render(
            "x.html",
            &serde_json::json!({"x": "<b o='1'>\"&\u{202e}\u{1b}"}),
        );
        let safe = "&lt;b o=&#39;1&#39;&gt;&quot;&amp;&lt;U+202E&gt;&lt;U+001B&gt;";
        assert_eq!(out.unwrap(), format!("<a title=\"{safe}\">{safe}</a>"));
    }

    #[test]
    fn counts_are_readable() {
        assert_eq!(thousands(Value::from(1234)), "1234");
        assert_eq!(thousands(Value::from(1_234_567)), "1\u{202f}234\u{202f}567");
    }
}
