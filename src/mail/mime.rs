//! In: the bytes of one mail. Out: a [`Message`] with its body decoded, byte exact where the mail is.

use super::{Address, Message, Origin, date, flow, parts};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Encoding, HeaderName, HeaderValue, MessageParser, MimeHeaders};

/// Bytes of headers that are looked at.
const MAX_HEADERS: usize = 1 << 20;

/// Finds where the headers end: behind the first empty line.
pub(super) fn header_end(raw: &[u8]) -> usize {
    let mut position = 0;
    while position < raw.len() {
        let length =
            memchr::memchr(b'\n', &raw[position..]).map_or(raw.len() - position, |at| at + 1);
        let line = &raw[position..position + length];
        position += length;
        if line == b"\n" || line == b"\r\n" {
            return position;
        }
    }
    raw.len()
}

/// Mails within mails that are opened.
const DEPTH: usize = 4;

/// Reads one mail and those that are attached to it; what is odd about it goes to `notes`, named by `name`.
///
/// A mail that only carries others is not among them, unless it can be their cover letter.
pub(super) fn read(
    raw: Vec<u8>,
    origin: Origin,
    name: &str,
    notes: &mut Vec<String>,
) -> Vec<Message> {
    opened(raw, (origin, DEPTH), name, notes)
}

fn opened(
    raw: Vec<u8>,
    (origin, depth): (Origin, usize),
    name: &str,
    notes: &mut Vec<String>,
) -> Vec<Message> {
    let (outer, mails) = one(raw, origin, name, notes);
    if mails.is_empty() {
        return vec![outer];
    }
    if depth == 0 {
        notes.push(format!(
            "{name}: mails within mails are opened {DEPTH} times; what lies deeper was left out"
        ));
        return vec![outer];
    }
    let single = mails.len() == 1;
    let mut inner: Vec<Message> = Vec::new();
    for mail in mails {
        inner.append(&mut opened(mail, (origin, depth - 1), name, notes));
    }
    for message in &mut inner {
        carried(message, &outer, single);
    }
    let kept = super::read::has_diff(&outer.body) || outer.subject.contains(" 0/");
    if !kept && !outer.body.trim_ascii().is_empty() {
        notes.push(format!(
            "{name}: «{}» carries {}; its own text is no patch and was left out",
            outer.subject,
            match inner.len() {
                1 => "an attached mail".to_owned(),
                count => format!("{count} attached mails"),
            }
        ));
    }
    let mut out: Vec<Message> = Vec::new();
    out.extend(Some(outer).filter(|_| kept));
    out.append(&mut inner);
    out
}

/// Fills in what an attached mail does not say itself from the one that carries it.
fn carried(message: &mut Message, outer: &Message, single: bool) {
    if message.from.email.is_empty() && message.from.name.is_empty() {
        message.from = outer.from.clone();
    }
    if message.date.is_none() {
        (message.date, message.utc_offset_minutes) = (outer.date, outer.utc_offset_minutes);
    }
    // Who attaches the patches of a series one by one may number the mails alone.
    if let Some((tag, _)) = numbered(&outer.subject)
        && single
        && numbered(&message.subject).is_none()
    {
        let title = message.subject.split_once(']');
        let title = title.filter(|(tag, _)| tag.starts_with("[PATCH"));
        let title = title.map_or(message.subject.as_str(), |(_, title)| title.trim());
        message.subject = format!("{tag}] {title}");
    }
    if message.in_reply_to.is_none() && message.references.is_empty() {
        if single && message.message_id.is_none() {
            message.message_id.clone_from(&outer.message_id);
            message.in_reply_to.clone_from(&outer.in_reply_to);
            message.references.clone_from(&outer.references);
        } else {
            message.in_reply_to.clone_from(&outer.message_id);
        }
    }
}

/// Splits a subject behind its tag, if that numbers the patch: `[PATCH 1/2`, ` title`.
fn numbered(subject: &str) -> Option<(&str, &str)> {
    let (tag, title) = subject.strip_prefix('[').and(subject.split_once(']'))?;
    let mut signs = tag.char_indices().filter(|(_, sign)| *sign == '/');
    let digit = |at: Option<u8>| at.is_some_and(|byte| byte.is_ascii_digit());
    let bytes = tag.as_bytes();
    let part = |(at, _): (usize, char)| {
        digit(bytes.get(at.wrapping_sub(1)).copied()) && digit(bytes.get(at + 1).copied())
    };
    signs.any(part).then_some((tag, title))
}

/// Decodes a part that is plain text.
pub(super) fn text(body: Vec<u8>, kind: Option<&ContentType<'_>>) -> Vec<u8> {
    flow::unflowed(to_utf8(body, kind), kind)
}

/// Reads one mail; gives the mails attached to it beside it.
fn one(
    raw: Vec<u8>,
    origin: Origin,
    name: &str,
    notes: &mut Vec<String>,
) -> (Message, Vec<Vec<u8>>) {
    let end = header_end(&raw);
    let parser = MessageParser::default();
    let looked_at = end.min(MAX_HEADERS);
    if looked_at < end {
        notes.push(format!(
            "{name}: headers longer than {} KB were not read to their end",
            MAX_HEADERS >> 10
        ));
    }
    let Some(headers) = parser.parse_headers(&raw[..looked_at]) else {
        notes.push(format!("{name}: no mail headers could be read"));
        let message = Message {
            body: raw.clone(),
            raw,
            ..empty(origin)
        };
        return (message, Vec::new());
    };
    let mut mails = Vec::new();
    let mut message = Message {
        message_id: headers.message_id().map(str::to_owned),
        in_reply_to: ids(headers.in_reply_to()).pop(),
        references: ids(headers.references()),
        subject: headers.subject().map(one_line).unwrap_or_default(),
        from: author(&headers),
        ..empty(origin)
    };
    let posted = headers
        .header_raw(HeaderName::Date)
        .and_then(|text| date::parse(text.trim()))
        .or_else(|| {
            let read = headers.date()?;
            let at = jiff::Timestamp::from_second(read.to_timestamp()).ok()?;
            let minutes = i32::from(read.tz_hour) * 60 + i32::from(read.tz_minute);
            let offset_minutes = if read.tz_before_gmt {
                -minutes
            } else {
                minutes
            };
            Some(date::Posted {
                at,
                offset_minutes,
                zone_known: true,
            })
        });
    if let Some(posted) = posted {
        (message.date, message.utc_offset_minutes) = (Some(posted.at), posted.offset_minutes);
    }
    let content_type = headers.content_type();
    let multipart = content_type.is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("multipart"));
    message.body = if multipart {
        let found = parts::read(&raw, name, notes);
        mails = found.mails;
        found.text
    } else {
        let encoding = encoding_of(headers.content_transfer_encoding());
        let body = decode(&raw[end..], encoding, name, notes);
        let html = content_type.is_some_and(|kind| is_kind(kind, "text", "html"));
        if html {
            html_text(&body, name, notes)
        } else if content_type.is_some_and(|kind| is_kind(kind, "message", "rfc822")) {
            parts::split(body, &mut mails);
            Vec::new()
        } else {
            text(body, content_type)
        }
    };
    message.body = without_transport_cr(message.body, raw[..end].ends_with(b"\r\n"));
    message.raw = raw;
    (message, mails)
}

/// A message of which nothing is known.
pub(super) fn empty(origin: Origin) -> Message {
    Message {
        origin,
        message_id: None,
        in_reply_to: None,
        references: Vec::new(),
        subject: String::new(),
        from: Address::default(),
        date: None,
        utc_offset_minutes: 0,
        body: Vec::new(),
        raw: Vec::new(),
    }
}

/// Decodes the encoded words (RFC 2047) of a header's value, as one may stand in a body too.
pub fn decoded_header(value: &str) -> String {
    if !value.contains("=?") || value.contains('\n') {
        return value.to_owned();
    }
    let header = format!("Subject: {value}\n\n");
    let parsed = MessageParser::default().parse_headers(header.as_bytes());
    let decoded = parsed.and_then(|parsed| parsed.subject().map(one_line));
    decoded.unwrap_or_else(|| value.to_owned())
}

/// Joins a folded subject.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a list of message ids, angle brackets off.
fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(list) => list.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// Reads the author; an obfuscated address is none to the mail library, so that is read here.
fn author(headers: &mail_parser::Message<'_>) -> Address {
    let first = headers.from().and_then(|from| from.first());
    if let Some(email) = first
        .and_then(|first| first.address())
        .filter(|email| email.contains('@'))
    {
        let name = first.and_then(|first| first.name()).unwrap_or_default();
        return Address {
            name: one_line(name),
            email: email.to_owned(),
        };
    }
    let mended = Address::parse(headers.header_raw(HeaderName::From).unwrap_or_default());
    match first.and_then(|first| first.name()) {
        // The library has decoded the name; take its word where the address was beyond mending.
        Some(name) if mended.email.is_empty() => Address {
            name: one_line(name),
            email: String::new(),
        },
        _ => Address {
            name: one_line(&mended.name),
            email: mended.email,
        },
    }
}

fn encoding_of(name: Option<&str>) -> Encoding {
    match name.map(str::trim) {
        Some(name) if name.eq_ignore_ascii_case("quoted-printable") => Encoding::QuotedPrintable,
        Some(name) if name.eq_ignore_ascii_case("base64") => Encoding::Base64,
        _ => Encoding::None,
    }
}

/// Decodes a body to the bytes that were sent.
pub(super) fn decode(
    body: &[u8],
    encoding: Encoding,
    name: &str,
    notes: &mut Vec<String>,
) -> Vec<u8> {
    let (decoded, kind) = match encoding {
        Encoding::None => return body.to_vec(),
        Encoding::QuotedPrintable => (quoted_printable_decode(body), "quoted-printable"),
        Encoding::Base64 => (base64_decode(body), "base64"),
    };
    decoded.unwrap_or_else(|| {
        notes.push(format!(
            "{name}: the body says it is {kind} and is not; taken as it stands"
        ));
        body.to_vec()
    })
}

fn is_kind(kind: &ContentType<'_>, main: &str, sub: &str) -> bool {
    kind.ctype().eq_ignore_ascii_case(main)
        && kind
            .subtype()
            .is_some_and(|name| name.eq_ignore_ascii_case(sub))
}

/// Turns the prose above the diff into UTF-8. The diff keeps its bytes: it speaks of files, not of the mail.
fn to_utf8(body: Vec<u8>, kind: Option<&ContentType<'_>>) -> Vec<u8> {
    let Some(charset) = kind.and_then(|kind| kind.attribute("charset")) else {
        return body;
    };
    if charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii") {
        return body;
    }
    let Some(decoder) = charset_decoder(charset.as_bytes()) else {
        return body;
    };
    // Wide encodings have no byte-wise diff lines to find.
    let wide = charset.to_ascii_lowercase().starts_with("utf-16");
    let starts = [&b"\ndiff --git "[..], b"\n--- a/", b"\n---\n", b"\n---\r\n"];
    let end = starts
        .iter()
        .filter_map(|start| memchr::memmem::find(&body, start))
        .min()
        .unwrap_or(body.len());
    let (prose, diff) = body.split_at(if wide { body.len() } else { end });
    if prose.is_ascii() && !wide && !charset.to_ascii_lowercase().starts_with("iso-2022") {
        return body;
    }
    let mut out = decoder(prose).into_bytes();
    out.extend_from_slice(diff);
    out
}

pub(super) fn html_text(body: &[u8], name: &str, notes: &mut Vec<String>) -> Vec<u8> {
    notes.push(format!(
        "{name}: the mail is HTML; its text was taken, in which diffs rarely survive"
    ));
    mail_parser::decoders::html::html_to_text(&String::from_utf8_lossy(body)).into_bytes()
}

/// Takes off the carriage returns that mail transport adds to every line; those of a CRLF file's lines stay.
pub(super) fn without_transport_cr(body: Vec<u8>, wire: bool) -> Vec<u8> {
    if !wire && !every_line_has_cr(&body) && !headers_have_cr(&body) {
        return body;
    }
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(text) => {
                out.extend_from_slice(text);
                out.push(b'\n');
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}

/// Do the header lines of a diff end in one? Those are no lines of a file.
fn headers_have_cr(body: &[u8]) -> bool {
    let git = |line: &[u8]| line.starts_with(b"diff --git ") || line.starts_with(b"+++ b/");
    let mut headers = body.split(|&byte| byte == b'\n').filter(|line| git(line));
    headers.next().is_some_and(|line| line.ends_with(b"\r"))
}

fn every_line_has_cr(body: &[u8]) -> bool {
    let mut feeds = memchr::memchr_iter(b'\n', body).peekable();
    feeds.peek().is_some() && feeds.all(|at| at > 0 && body[at - 1] == b'\r')
}
