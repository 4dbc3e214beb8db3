//! In: what a mail is to say. Out: it as an entry of an mbox that `git am` takes.

use super::Address;

/// A mail to write.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'m> {
    /// Who wrote it.
    pub from: &'m Address,
    /// When, where known.
    pub date: Option<jiff::Timestamp>,
    /// Offset from UTC in minutes.
    pub utc_offset_minutes: i32,
    /// The subject, tags included.
    pub subject: &'m str,
    /// Message-Id without angle brackets, where known.
    pub message_id: Option<&'m str>,
    /// The text, diff and all.
    pub body: &'m [u8],
}

/// The longest piece of text in one encoded word: with its frame it stays below what RFC 2047 allows.
const ENCODED: usize = 40;

/// Appends a mail to an mbox, so that whoever takes it apart gets every byte of the body.
pub fn append(mbox: &mut Vec<u8>, mail: &Outgoing<'_>) {
    mbox.extend_from_slice(
        b"From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n",
    );
    let email = match mail.from.email.trim() {
        // git takes no mail without an address; this one can belong to nobody.
        "" => "no-address@invalid",
        email => email,
    };
    let mut header = |name: &str, value: &str| {
        mbox.extend_from_slice([name, ": ", value, "\n"].concat().as_bytes());
    };
    let person = match mail.from.name.trim() {
        "" => format!("<{}>", one_line(email)),
        name => format!("{} <{}>", phrase(name), one_line(email)),
    };
    header("From", &person);
    if let Some(date) = mail
        .date
        .and_then(|date| spelled(date, mail.utc_offset_minutes))
    {
        header("Date", &date);
    }
    header("Subject", &text(mail.subject));
    if let Some(id) = mail.message_id {
        header("Message-ID", &format!("<{}>", one_line(id)));
    }
    header("MIME-Version", "1.0");
    header("Content-Type", "text/plain; charset=UTF-8");
    // Whoever takes a mail apart drops carriage returns, and takes a line for the beginning of the next mail: such a body
    // goes in a wrapping that keeps both.
    let lines = || mail.body.split_inclusive(|byte| *byte == b'\n');
    if mail.body.contains(&b'\r') || lines().any(begins_a_mail) {
        header("Content-Transfer-Encoding", "quoted-printable");
        mbox.push(b'\n');
        lines().for_each(|line| quoted_printable(mbox, line));
    } else {
        header("Content-Transfer-Encoding", "8bit");
        mbox.push(b'\n');
        mbox.extend_from_slice(mail.body);
    }
    if !mail.body.ends_with(b"\n") {
        mbox.push(b'\n');
    }
    mbox.push(b'\n');
}

/// Could a line, perhaps quoted, be taken for the beginning of a mail?
fn begins_a_mail(line: &[u8]) -> bool {
    let quoted = line.iter().position(|byte| *byte != b'>').unwrap_or(0);
    line[quoted..].starts_with(b"From ")
}

/// Bytes of a line of quoted-printable, short of what RFC 2045 allows by one sign and the mark of a soft break.
const QUOTED: usize = 72;

/// Appends a line in quoted-printable. Its line feed stays one.
fn quoted_printable(out: &mut Vec<u8>, line: &[u8]) {
    let (line, end) = match line.strip_suffix(b"\n") {
        Some(line) => (line, &b"\n"[..]),
        None => (line, &b""[..]),
    };
    let mut width = 0;
    for (index, byte) in line.iter().enumerate() {
        let last = index + 1 == line.len();
        let plain = match byte {
            b'=' => false,
            // The first sign of a line that would begin a mail, or its quoting.
            b'F' | b'>' => index > 0,
            b' ' | b'\t' => !last,
            byte => byte.is_ascii_graphic(),
        };
        if width >= QUOTED {
            out.extend_from_slice(b"=\n");
            width = 0;
        }
        if plain {
            out.push(*byte);
            width += 1;
        } else {
            out.extend_from_slice(format!("={byte:02X}").as_bytes());
            width += 3;
        }
    }
    out.extend_from_slice(end);
}

/// Spells a moment as mails do.
fn spelled(date: jiff::Timestamp, offset_minutes: i32) -> Option<String> {
    let offset = jiff::tz::Offset::from_seconds(offset_minutes.checked_mul(60)?).ok()?;
    let zoned = date.to_zoned(jiff::tz::TimeZone::fixed(offset));
    jiff::fmt::rfc2822::to_string(&zoned).ok()
}

/// Keeps a header on one line.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Spells a person's name.
fn phrase(name: &str) -> String {
    if !name.is_ascii() {
        return text(name);
    }
    let name = one_line(name);
    let plain = |c: char| c.is_ascii_alphanumeric() || " -_'!#$%&*+/=?^`{|}~".contains(c);
    if name.chars().all(plain) {
        name
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// Spells a text for a header: encoded words where it is not ASCII.
fn text(text: &str) -> String {
    let text = one_line(text);
    if text.is_ascii() {
        return text;
    }
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for sign in text.chars() {
        let spelled = match sign {
            ' ' => "_".to_owned(),
            _ if sign.is_ascii_alphanumeric() => sign.to_string(),
            _ => {
                let mut bytes = [0; 4];
                let bytes = sign.encode_utf8(&mut bytes).bytes();
                bytes.map(|byte| format!("={byte:02X}")).collect()
            }
        };
        if word.len() + spelled.len() > ENCODED {
            words.push(std::mem::take(&mut word));
        }
        word += &spelled;
    }
    words.push(word);
    let framed: Vec<String> = words
        .iter()
        .map(|word| format!("=?UTF-8?q?{word}?="))
        .collect();
    framed.join("\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, subject: &str, body: &str) -> String {
        let from = Address {
            name: name.to_owned(),
            email: "ada@example.org".to_owned(),
        };
        let mut out = Vec::new();
        let mail = Outgoing {
            from: &from,
            date: "2024-02-03T04:05:06Z".parse().ok(),
            utc_offset_minutes: -90,
            subject,
            message_id: None,
            body: body.as_bytes(),
        };
        append(&mut out, &mail);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = written(
            "J\u{e9}r\u{f4}me, Specimen",
            "[PATCH 1/2] barn: gr\u{fc}ner Hof",
            "From here on.\n",
        );
        let read = super::super::read_bytes(text.into_bytes(), "x").unwrap();
        let mail = &read.messages[0];
        assert_eq!(mail.from.name, "J\u{e9}r\u{f4}me, Specimen");
        assert_eq!(mail.subject, "[PATCH 1/2] barn: gr\u{fc}ner Hof");
        assert_eq!(mail.date.unwrap().to_string(), "2024-02-03T04:05:06Z");
        assert_eq!(mail.utc_offset_minutes, -90);
    }

    #[test]
    fn nothing_begins_a_mail_of_its_own() {
        let text = written("A\nBcc: x", "a\r\nTo: all", "From a\n>From b\nx");
        assert_eq!(text.matches("\nFrom ").count(), 0, "{text}");
        assert!(!text.contains("\nBcc") && !text.contains("\nTo:"), "{text}");
        assert!(text.ends_with("\n=46rom a\n=3EFrom b\nx\n\n"), "{text}");
    }

    #[test]
    fn every_byte_of_a_body_comes_back() {
        for body in [
            "a\r\nb \n\tc=3D\n\n>From x\nFrom y\n",
            "no end\r",
            "From \u{fc}ber \u{2028} all\n",
            &format!("{}\r\n", "long=".repeat(90)),
        ] {
            let text = written("A", "s", body);
            let read = super::super::read_bytes(text.into_bytes(), "x").unwrap();
            let own = String::from_utf8_lossy(&read.messages[0].body).into_owned();
            assert_eq!(own.trim_end_matches('\n'), body.trim_end_matches('\n'));
        }
    }
}
