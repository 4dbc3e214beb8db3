//! Pages of every shape, invented here.

use super::read;
use crate::mail::Message;

const BODY: &str =
    "Text.\n\nSigned-off-by: Ann <ann at example.org>\n---\n diff here \n-- \n2.39.2\n";

#[test]
fn heads_and_feet_of_many_shapes() {
    let shapes = [
        (
            "[PATCH] x: y\n\nAnn Example ann at example.org\nTue Mar 9 12:15:02 UTC 2021\n\n\n",
            "\n\n\nMore information about the some-list mailing list\n",
        ),
        (
            "\n[PATCH] x: y\n    Ann Example \n    ann at example.org\n     \n    Tue Mar 9 12:15:02 UTC 2021\n   \n",
            "    \n   \nMore information about the some-list\nmailing list\n",
        ),
        (
            "[PATCH] x: y\nFrom: Ann Example <ann at example.org>\nDate: Tue Mar 09 2021 - 12:15:02 GMT\n",
            "",
        ),
        (
            "[PATCH] x: y\nAnn Example ann at example.org\nTue Mar 9 12:15:02 UTC 2021\nPrevious message: foo\nNext message: bar\nMessages sorted by: [ date ]\n\n",
            "\nPrevious message: foo\nMore information about the z mailing list",
        ),
    ];
    for (head, foot) in shapes {
        let messages = read(
            format!("{head}{BODY}{foot}").as_bytes(),
            "page",
            &mut Vec::new(),
        );
        assert_eq!(messages.len(), 1, "{head}");
        let message = &messages[0];
        assert_eq!(message.subject, "[PATCH] x: y");
        assert_eq!(
            (message.from.name.as_str(), message.from.email.as_str()),
            ("Ann Example", "ann@example.org")
        );
        assert_eq!(message.date.unwrap().to_string(), "2021-03-09T12:15:02Z");
        assert_eq!(String::from_utf8_lossy(&message.body), BODY);
        assert!(message.raw.ends_with(foot.as_bytes()));
    }
}

#[test]
fn a_thread_on_one_page() {
    let page = "Ann Example\n2025-Jan-29 11:53 UTC\n[PATCH 0/1] cover\nWords.\nAnn Example\n2025-Jan-29 11:54 UTC\n[PATCH 1/1] part\nWords: 12:30\n";
    let messages = read(page.as_bytes(), "page", &mut Vec::new());
    assert_eq!(
        messages
            .iter()
            .map(|message| message.subject.as_str())
            .collect::<Vec<_>>(),
        ["[PATCH 0/1] cover", "[PATCH 1/1] part"]
    );
    assert_eq!(messages[1].body, b"Words: 12:30\n");
}

#[test]
fn prose_is_no_page() {
    assert!(read(b"Hello\nworld\n", "page", &mut Vec::new()).is_empty());
    assert!(read(b"", "page", &mut Vec::new()).is_empty());
}

/// The text of every mail below: tabs, runs, a blank context line, signs that HTML escapes.
const PATCH: &str = "Words with <b> & co.\n\nSigned-off-by: Ann Example <ann@example.org>\n---\n mm/x.c | 2 +-\n\ndiff --git a/mm/x.c b/mm/x.c\n--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,4 +1,4 @@ int f(void)\n \tone  (&two);\n \n-\tif (a < b && c)\n+\tif (a <= b && \"c\")\n \t\treturn;\n-- \n2.39.2\n\n";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn one(page: &str) -> Message {
    let mut notes = Vec::new();
    let mut messages = read(page.as_bytes(), "page", &mut notes);
    assert_eq!(messages.len(), 1, "{page}");
    assert_eq!(notes, Vec::<String>::new());
    messages.remove(0)
}

/// Checks what every page below says of its mail.
#[track_caller]
fn check(message: &Message, email: &str, at: &str, offset: i32) {
    assert_eq!(message.subject, "[PATCH v2 1/2] mm: <x> & \"y\"");
    assert_eq!(
        (message.from.name.as_str(), message.from.email.as_str()),
        ("Ann Example", email)
    );
    assert_eq!(message.date.unwrap().to_string(), at);
    assert_eq!(message.utc_offset_minutes, offset);
    assert_eq!(
        String::from_utf8_lossy(&message.body).trim_end(),
        PATCH.trim_end()
    );
}

const SUBJECT: &str = "[PATCH v2 1/2] mm: &lt;x&gt; &amp; &quot;y&quot;";

#[test]
fn mailman_html() {
    let page = format!(
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\">\n<HTML>\n <HEAD>\n   <TITLE> {SUBJECT}\n   </TITLE>\n \
         <LINK REL=\"made\" HREF=\"mailto:list%40example.org?Subject=Re%3A%20x&In-Reply-To=%3C1-ann%40example.org%3E\">\n </HEAD>\n \
         <BODY BGCOLOR=\"#ffffff\">\n   <H1>{SUBJECT}</H1>\n    <B>Ann Example</B> \n    <A HREF=\"mailto:list%40example.org?Subject=Re&In-Reply-To=%3C1-ann%40example.org%3E\"\n       \
         TITLE=\"{SUBJECT}\">ann at example.org\n       </A><BR>\n    <I>Tue Mar  9 12:15:02 UTC 2021</I>\n    <P><UL>\n        \
         <LI>Previous message: <A HREF=\"1.html\">other\n</A></li>\n         <LI> <B>Messages sorted by:</B> \n       </UL>\n    <HR>  \n\
         <!--beginarticle-->\n<PRE>{}</PRE>\n\n\n\n<!--endarticle-->\n    <HR>\n    <P><UL>\n        <LI>Next message: x</LI></UL>\n\
         <a href=\"x\">More information about the list\nmailing list</a><br>\n</body></html>\n",
        escaped(PATCH)
    );
    let message = one(&page);
    check(&message, "ann@example.org", "2021-03-09T12:15:02Z", 0);
    assert_eq!(message.message_id.as_deref(), Some("1-ann@example.org"));
    assert_eq!(message.body, PATCH.as_bytes(), "every byte");
    assert_eq!(message.raw, page.as_bytes());
}

fn mhonarc(from: &str) -> String {
    format!(
        "<!-- MHonArc v2.6.19 -->\n<!--X-Subject: [PATCH v2 1/2] mm: &#60;x> &#38; \"y\" -->\n<!--X-From-R13: Oaa Sknzcyr <naaNrknzcyr.bet> -->\n\
         <!--X-Date: Tue, 09 Mar 2021 23:15:02 &#45;0500 -->\n<!--X-Message-Id: 1&#45;ann@example.org -->\n<!--X-Content-Type: text/plain -->\n\
         <!--X-Reference: 0&#45;ann@example.org -->\n<!--X-Head-End-->\n<html><head><title>x</title></head>\n<body>\n<!--X-Body-Begin-->\n\
         <hr>[<a href=\"1\">Date Prev</a>]<!--X-Subject-Header-Begin-->\n<h1>{SUBJECT}</h1>\n<!--X-Subject-Header-End-->\n<ul>\n\
         <li><em>Subject</em>: {SUBJECT}</li>\n<li><em>From</em>: {from}</li>\n<li><em>Date</em>: Tue, 9 Mar 2021 23:15:02 -0500</li>\n</ul>\n\
         <!--X-Head-Body-Sep-Begin-->\n<hr>\n<!--X-Head-Body-Sep-End-->\n<!--X-Body-of-Message-->\n<pre>{}</pre>\n<!--X-Body-of-Message-End-->\n\
         <!--X-MsgBody-End-->\n[<a href=\"x\">Index of Archives</a>]\n</body></html>\n",
        escaped(PATCH)
    )
}

#[test]
fn mhonarc_html_gives_back_a_hidden_address() {
    let hidden = one(&mhonarc("Ann Example &lt;ann@xxxxxxxxxxx&gt;"));
    // `Ann Example <ann@example.org>`, as the archive turns it.
    check(&hidden, "ann@example.org", "2021-03-10T04:15:02Z", -300);
    assert_eq!(hidden.message_id.as_deref(), Some("1-ann@example.org"));
    assert_eq!(hidden.in_reply_to.as_deref(), Some("0-ann@example.org"));
    assert_eq!(hidden.body, PATCH.as_bytes());
    let shown = one(&mhonarc("Ann Example &lt;ann@other.example&gt;"));
    assert_eq!(shown.from.email, "ann@other.example");
}

#[test]
fn hypermail_html_keeps_what_browsers_drop() {
    // No `<pre>`: lines end in `<br>`, before or behind the source's own; blanks are still in the source.
    let lines: Vec<String> = PATCH
        .trim_end()
        .lines()
        .map(|line| match line.strip_prefix(' ') {
            Some(rest) => format!("&nbsp;{}", escaped(rest)),
            None => escaped(line),
        })
        .collect();
    for end in ["<br>\n", "\n<br>\n", "<br />\n"] {
        let page = format!(
            "<!DOCTYPE html>\n<html><head><title>Archive: {SUBJECT}</title></head><body>\n<h1>{SUBJECT}</h1>\n\
             <!-- received=\"Tue Mar  9 12:16:00 2021\" -->\n<!-- sent=\"Tue, 9 Mar 2021 23:15:02 +1100\" -->\n<!-- name=\"Ann Example\" -->\n\
             <!-- email=\"ann@xxxxxxxxxxx\" -->\n<!-- subject=\"{SUBJECT}\" -->\n<!-- id=\"1-ann@xxxxxxxxxxx\" -->\n<!-- inreplyto=\"\" -->\n\
             <strong>From:</strong> Ann Example<br />\n<!-- body=\"start\" -->\n<p>\n{}\n<!-- body=\"end\" -->\n<hr />\n<ul><li>Next message: x</ul></body></html>\n",
            lines.join(end)
        );
        let message = one(&page);
        check(&message, "ann@xxxxxxxxxxx", "2021-03-09T12:15:02Z", 660);
        assert_eq!(message.in_reply_to, None);
    }
}

#[test]
fn mail_archive_html() {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><title>{SUBJECT}</title></head><body>\n<div role=\"main\"><h1><span class=\"subject\">\
         <a href=\"/search?q=x&amp;o=y\" rel=\"nofollow\">{SUBJECT}</a></span></h1>\n<p class=\"darkgray font13\"><span class=\"sender pipe\">\
         <a href=\"/s\"><span itemprop=\"author\" itemscope><span itemprop=\"name\">Ann Example</span></span></a></span>\n\
         <span class=\"date\"><a href=\"/d\">Tue, 09 Mar 2021 04:15:02 -0800</a></span></p>\n<div itemprop=\"articleBody\" class=\"msgBody\">\n\
         <pre>{}</pre></div>\n<div class=\"msgButtons\">Reply</div></div></body></html>\n",
        escaped(PATCH)
    );
    check(&one(&page), "", "2021-03-09T12:15:02Z", -480);
}

const MARC_HEAD: &str = "List:       linux-mm\nSubject:    SUBJECT\nFrom:       Ann Example <ann () example ! org>\n\
                         Date:       2021-03-09 12:15:02\nMessage-ID: 1-ann () example ! org\n";

#[test]
fn marc_html_and_text() {
    let links = "[prev in list] [next in list] [prev in thread] [next in thread] ";
    let linked = links.replace("prev in list", "<a href=\"?l=x&m=1\">prev in list</a>");
    let html = format!(
        "<html>\n<head>\n<title>'{SUBJECT}' - MARC</title>\n</head>\n<body bgcolor=\"#f0f0f0\">\n<pre>\n{linked}\n\n<font size=\"+1\">\n<b>{}</b>\n</font>\n\
         [<a href=\"?q=raw\">Download RAW <b>message</b></a> or <b><a href=\"?q=mbox\">body</a></b>]\n\n{}{linked}\n\n<a href=\"x\">Configure</a> | <a href=\"y\">About</a> |\n</pre></body></html>\n",
        escaped(MARC_HEAD).replace("SUBJECT", SUBJECT),
        escaped(PATCH)
    );
    let text = format!(
        "{links}\n\n{}[Download RAW message or body]\n\n{PATCH}{links}\n\nConfigure | About | News\n",
        MARC_HEAD.replace("SUBJECT", "[PATCH v2 1/2] mm: <x> & \"y\"")
    );
    for page in [html, text] {
        let message = one(&page);
        check(&message, "ann@example.org", "2021-03-09T12:15:02Z", 0);
        assert_eq!(message.message_id.as_deref(), Some("1-ann@example.org"));
    }
}

const INBOX_HEAD: &str = "From: Ann Example <ann@example.org>\nTo: list@example.org\nCc: Ben Example <ben@example.org>,\n\tEve Example <eve@example.org>\n\
                          Subject: SUBJECT\nDate: Tue,  9 Mar 2021 23:15:02 +1100\t[thread overview]\nMessage-ID: <1-ann@example.org> (raw)\nIn-Reply-To: <0-ann@example.org>\n\n";

#[test]
fn public_inbox_message_html_and_text() {
    let html = format!(
        "<html><head><title>x</title><style>pre{{white-space:pre-wrap}}</style></head><body><form action=\"../\"><pre><a href=\"../\">list archive mirror</a>\n\
         <input name=q type=text /></pre></form><hr/><pre\nid=b>{}{}</pre><hr><pre>next\t<a href=\"#R\">reply</a>\tother threads:[<a>~2021-03-09 UTC</a>|<a>newest</a>]\n\
         Thread overview: 2+ messages\nFrom: nobody</pre></body></html>\n",
        escaped(INBOX_HEAD)
            .replace("SUBJECT", &format!("<a\nhref=\"#r\"\nid=t>{SUBJECT}</a>"))
            .replace("[thread overview]", "<a\nhref=\"#r\">[thread overview]</a>")
            .replace("(raw)", "(<a href=\"raw\">raw</a>)"),
        escaped(PATCH)
            .replace(
                "@@ -1,4",
                "<span class=\"hunk\">@@ <a\nhref=\"x#n1\">-1,4</a>"
            )
            .replace("+++ b/", "+++ b/<a></a>")
    );
    let text = format!(
        "list archive mirror\n help / color / mirror / Atom feed\n{}{PATCH}next reply\tother threads:[~2021-03-09 UTC|newest]\n\nThread overview: 2+ messages\n",
        INBOX_HEAD.replace("SUBJECT", "[PATCH v2 1/2] mm: <x> & \"y\"")
    );
    for page in [html, text] {
        let message = one(&page);
        check(&message, "ann@example.org", "2021-03-09T12:15:02Z", 660);
        assert_eq!(message.message_id.as_deref(), Some("1-ann@example.org"));
        assert_eq!(message.in_reply_to.as_deref(), Some("0-ann@example.org"));
    }
}

#[test]
fn public_inbox_thread_html_and_text() {
    let mail = |number: u32, subject: &str, body: &str| {
        format!(
            "<a\nhref=#e{number}\nid=m{number}>*</a> <b>{subject}</b>\n<b>@ 2021-03-09 12:1{number} Ann Example</b>\n  <a\nhref=#r{number}>0 siblings, 1 reply; 2+ messages in thread</a>\n\
             From: Ann Example @ 2021-03-09 12:1{number} UTC (<a\nhref=\"../../{number}-ann@example.org/\">permalink</a> / <a\nhref=\"../../{number}-ann@example.org/raw\">raw</a>)\n\
             \x20 To: list; <b>+Cc:</b> Ben Example\n\n{body}\n<a\nhref=#m{number}\nid=e{number}>^</a> <a\nhref=\"../../{number}-ann@example.org/\">permalink</a> \
             <a\nhref=\"../../{number}-ann@example.org/raw\">raw</a> <a\nhref=\"x\">reply</a>\t[<a>flat</a>|<a>nested</a>] 2+ messages in thread\n"
        )
    };
    let html = format!(
        "<html><head><title>x</title></head><body><pre>{}</pre><hr><pre>{}</pre><hr><pre>end of thread, other threads:[x]\n\nThread overview: 2+ messages\n\
         2021-03-09 12:14 [PATCH v2 0/2] Ann Example\n</pre></body></html>\n",
        mail(4, "[PATCH v2 0/2] mm: words", "Words.\n"),
        mail(5, SUBJECT, &escaped(PATCH))
    );
    let mut notes = Vec::new();
    let messages = read(html.as_bytes(), "page", &mut notes);
    assert_eq!(messages.len(), 2);
    assert_eq!(
        (messages[0].subject.as_str(), messages[0].body.as_slice()),
        ("[PATCH v2 0/2] mm: words", &b"Words.\n"[..])
    );
    assert_eq!(messages[0].message_id.as_deref(), Some("4-ann@example.org"));
    check(&messages[1], "", "2021-03-09T12:15:00Z", 0);
    assert_eq!(messages[1].message_id.as_deref(), Some("5-ann@example.org"));
    let text = super::render::text(
        super::html::Document::parse(html.as_bytes(), "page", &mut notes).tokens(),
    );
    let copied = read(text.as_bytes(), "page", &mut notes);
    assert_eq!(copied.len(), 2);
    check(&copied[1], "", "2021-03-09T12:15:00Z", 0);
    assert_eq!(notes, Vec::<String>::new());
}

#[test]
fn headers_copied_from_a_browser() {
    for bullet in ["", "    ", "* ", "  • "] {
        let page = format!(
            "[Date Prev][Date Next][Thread Prev]\n\n{bullet}Subject: [PATCH v2 1/2] mm: <x> & \"y\"\n{bullet}From: Ann Example <ann@xxxxxxxxxxx>\n\
             {bullet}Date: Tue, 9 Mar 2021 12:15:02 +0000\n{bullet}In-reply-to: <0-ann@xxxxxxxxxxx>\n\n{PATCH}[Index of Archives]     [Other lists]\n"
        );
        check(&one(&page), "ann@xxxxxxxxxxx", "2021-03-09T12:15:02Z", 0);
    }
}

#[test]
fn ampersands_that_nobody_escaped_stay() {
    let page = mhonarc("Ann &lt;ann@example.org&gt;")
        .replace("(&amp;two)", "(&notifier, &sector, &#x41;&lt;)");
    let body = String::from_utf8(one(&page).body).unwrap();
    assert!(body.contains("(&notifier, &sector, A<)"), "{body}");
}

#[test]
fn other_charsets_are_read_and_named() {
    let mut notes = Vec::new();
    let page = mhonarc("J\u{f6} &lt;ann@example.org&gt;")
        .replace("<head>", "<head><meta charset=iso-8859-1>");
    let bytes: Vec<u8> = page
        .chars()
        .map(|sign| u8::try_from(u32::from(sign)).unwrap())
        .collect();
    let messages = read(&bytes, "page", &mut notes);
    assert_eq!(messages[0].from.name, "J\u{f6}");
    assert_eq!(notes, ["page: the page is no UTF-8; read as iso-8859-1"]);
}

#[test]
fn hostile_markup_costs_what_its_length_costs() {
    let many = |piece: &str| piece.repeat((1 << 19) / piece.len());
    for text in [
        format!("<html><!--beginarticle--><h1>x</h1>{}", many("<div>")),
        format!(
            "<html><a {}",
            (0..200_000).map(|n| format!("a{n} ")).collect::<String>()
        ),
        format!("<html>{}", many("<!--")),
        format!("<html><pre>{}", many("&lt;\n<br>")),
        format!("<html>{}", many("<a>permalink ")),
        format!("<html>{}", many("<li>a: ")),
        many("From: a @ 2021-01-01 10:00 UTC (permalink / raw)\n"),
        many("Subject: a\nFrom: b\n"),
    ] {
        let mut notes = Vec::new();
        let messages = read(text.as_bytes(), "page", &mut notes);
        assert!(messages.len() <= 1, "{}", &text[..60]);
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_are_too_much(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400), cut in 0..3000usize) {
        let mut notes = Vec::new();
        let _any = read(&bytes, "page", &mut notes);
        let page = mhonarc("Ann &lt;ann@example.org&gt;");
        let mut broken = page.as_bytes()[..cut.min(page.len())].to_vec();
        broken.extend_from_slice(&bytes);
        let _any = read(&broken, "page", &mut notes);
    }
}
