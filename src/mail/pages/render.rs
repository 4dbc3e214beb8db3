//! In: a part of a page's markup. Out: its text, as the poster wrote it rather than as a browser would set it.
//!
//! Inside `<pre>` every byte stays. Outside, blanks stay too: archives that break lines with `<br>` keep the poster's
//! blanks in their source, and only browsers throw them away.

use super::html::Token;

/// Text while it grows.
#[derive(Default)]
struct Text {
    out: String,
    /// Elements `<pre>` that are open.
    pre: usize,
    /// Is a line feed next dropped? Behind `<pre>` it is no part of the text.
    drop_feed: bool,
    /// Did a tag break the last line, so that the source's own line feed says nothing more?
    broken: bool,
    /// Did the source break the last line, so that a tag's break is the same one?
    fed: bool,
    /// Blanks behind a tag's break: a line of the poster's if another break follows, else layout.
    blanks: String,
    /// Element whose text is not shown.
    hidden: Option<String>,
}

impl Text {
    fn push(&mut self, text: &str) {
        self.blanks.clear();
        let text = match text.strip_prefix('\n') {
            Some(rest) if self.drop_feed => rest,
            _ => text,
        };
        self.drop_feed = false;
        if self.pre > 0 {
            self.out.push_str(text);
            (self.broken, self.fed) = (false, false);
            return;
        }
        // Between tags the source is laid out for its own readers.
        let layout = text.contains('\n') && text.bytes().all(|byte| byte.is_ascii_whitespace());
        if layout && (self.out.is_empty() || self.out.ends_with('\n')) {
            let own = text.strip_prefix('\n').filter(|own| !own.contains('\n'));
            self.blanks = own.filter(|_| self.broken).unwrap_or("").to_owned();
            return;
        }
        for sign in text.chars() {
            match sign {
                '\n' if self.broken => self.broken = false,
                '\n' if self.out.is_empty() => {}
                '\n' => {
                    self.out.push('\n');
                    self.fed = true;
                }
                _ => {
                    self.out.push(if sign == '\u{a0}' { ' ' } else { sign });
                    (self.broken, self.fed) = (false, false);
                }
            }
        }
    }

    /// Ends the line, as `<br>` does.
    fn line_break(&mut self) {
        if !self.blanks.is_empty() {
            self.out.push_str(&self.blanks);
            self.fed = false;
        }
        if !self.fed {
            self.out.push('\n');
        }
        (self.broken, self.fed) = (true, false);
    }

    /// Begins a line, where none has begun; with a blank one above where `apart`.
    fn block(&mut self, apart: bool) {
        if self.out.is_empty() || self.pre > 0 {
            return;
        }
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        if apart && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        (self.broken, self.fed) = (true, false);
    }

    fn open(&mut self, name: &str) {
        match name {
            "script" | "style" | "title" | "select" | "textarea" => {
                self.hidden = Some(name.to_owned());
            }
            "br" => self.line_break(),
            "p" => self.block(true),
            "pre" => {
                self.block(false);
                self.pre += 1;
                self.drop_feed = true;
            }
            _ if is_block(name) => self.block(false),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name == "pre" {
            self.pre = self.pre.saturating_sub(1);
            self.block(false);
        } else if is_block(name) {
            self.block(false);
        }
    }
}

/// Says whether an element begins and ends lines.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "ul"
            | "ol"
            | "li"
            | "hr"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "table"
            | "tr"
            | "form"
            | "blockquote"
            | "address"
            | "dl"
            | "dt"
            | "dd"
            | "body"
            | "head"
            | "header"
            | "footer"
            | "section"
            | "article"
            | "nav"
    )
}

/// Gives the text of a part of a page.
pub(super) fn text(tokens: &[Token]) -> String {
    let mut text = Text::default();
    for token in tokens {
        if let Some(name) = &text.hidden {
            if token.closes(name) {
                text.hidden = None;
            }
            continue;
        }
        match token {
            Token::Text(piece) => text.push(piece),
            Token::Open(name, _) => {
                text.drop_feed = false;
                text.open(name);
                text.blanks.clear();
            }
            Token::Close(name) => {
                text.drop_feed = false;
                text.close(name);
                text.blanks.clear();
            }
            Token::Comment(_) => {}
        }
    }
    text.out
}

#[cfg(test)]
mod tests {
    use super::super::html::Document;

    fn shown(html: &str) -> String {
        let document = Document::parse(html.as_bytes(), "page", &mut Vec::new());
        super::text(document.tokens())
    }

    #[test]
    fn a_line_of_blanks_is_the_posters_and_layout_is_not() {
        assert_eq!(
            shown("@@<br>\n one<br>\n  <br>\n <br>\n<br>\n+x<br>\n"),
            "@@\n one\n  \n \n\n+x\n"
        );
        assert_eq!(
            shown("one<br>\n   <b>two</b><br>\n   <p>three"),
            "one\ntwo\n\nthree"
        );
    }
}
