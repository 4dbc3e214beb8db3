//! In: dates as mails and archive pages print them. Out: the moment, and the offset from UTC as posted.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// A date as posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Posted {
    /// The moment.
    pub(super) at: Timestamp,
    /// Minutes east of UTC.
    pub(super) offset_minutes: i32,
    /// False where the zone's name is not known and UTC was taken.
    pub(super) zone_known: bool,
}

/// Zone names as archives print them, with minutes east of UTC. Names that several zones share are read as
/// the lists' software means them (it runs in America or Europe, mostly).
const ZONES: &[(&str, i32)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("MET", 60),
    ("MEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("IST", 330),
    ("HKT", 480),
    ("SGT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("ACDT", 630),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("BRT", -180),
];

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What the words of a date have said so far.
#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<(i8, i8, i8)>,
    offset: Option<i32>,
    unknown_zone: bool,
}

/// Finds a name of which `word` is the first three letters or the whole.
fn name_index(word: &str, names: &[&str]) -> Option<usize> {
    let lower = word.to_ascii_lowercase();
    let long_enough = lower.len() >= 3 && lower.bytes().all(|byte| byte.is_ascii_lowercase());
    names
        .iter()
        .position(|name| long_enough && lower.starts_with(name) && lower.len() <= 9)
}

impl Parts {
    /// Takes one word; `None` where it has no place in a date.
    fn take(&mut self, word: &str) -> Option<()> {
        if word.is_empty() || word == "-" || word == "at" || name_index(word, &DAYS).is_some() {
            return Some(());
        }
        if let Some(month) = name_index(word, &MONTHS) {
            return set(&mut self.month, i8::try_from(month + 1).ok()?);
        }
        if word.contains(':') {
            return self.take_time(word);
        }
        if let Some(offset) = numeric_offset(word) {
            return set(&mut self.offset, offset);
        }
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return match word.len() {
                1 | 2 => set(&mut self.day, word.parse().ok()?),
                4 => set(&mut self.year, word.parse().ok()?),
                _ => None,
            };
        }
        if word.bytes().filter(|&byte| byte == b'-').count() == 2 {
            return word.split('-').try_for_each(|part| self.take_dashed(part));
        }
        let zone = word.trim_matches(['(', ')']);
        if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == zone) {
            // `-0700 (PDT)` says it twice.
            self.offset = self.offset.or(Some(*minutes));
            return Some(());
        }
        let like_zone =
            (2..=5).contains(&zone.len()) && zone.bytes().all(|byte| byte.is_ascii_uppercase());
        self.unknown_zone |= like_zone && self.offset.is_none();
        (like_zone && self.time.is_some()).then_some(())
    }

    /// Takes a part of `2025-Jan-29` or `2025-01-29`.
    fn take_dashed(&mut self, part: &str) -> Option<()> {
        if part.len() == 2 && self.year.is_some() && self.month.is_none() {
            return set(&mut self.month, part.parse().ok()?);
        }
        self.take(part)
    }

    fn take_time(&mut self, word: &str) -> Option<()> {
        let mut parts = word.split(':');
        let mut number = || parts.next().map(str::parse::<i8>);
        let (hour, minute) = (number()?.ok()?, number()?.ok()?);
        let second = number().unwrap_or(Ok(0)).ok()?;
        set(&mut self.time, (hour, minute, second.min(59)))
    }

    fn posted(self) -> Option<Posted> {
        let (hour, minute, second) = self.time?;
        let local =
            DateTime::new(self.year?, self.month?, self.day?, hour, minute, second, 0).ok()?;
        let offset_minutes = self.offset.unwrap_or(0);
        let offset = jiff::tz::Offset::from_seconds(offset_minutes * 60).ok()?;
        let at = offset.to_timestamp(local).ok()?;
        Some(Posted {
            at,
            offset_minutes,
            zone_known: self.offset.is_some() || !self.unknown_zone,
        })
    }
}

/// Sets what is not set yet; a date says each thing once.
fn set<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    if slot.is_some() {
        return None;
    }
    *slot = Some(value);
    Some(())
}

/// Reads `+0530` or `-0700`.
fn numeric_offset(word: &str) -> Option<i32> {
    let (sign, digits) = match word.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    (hours < 26 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// Reads a line that is a date and nothing else, in any order that mails and archives use.
pub(super) fn parse(line: &str) -> Option<Posted> {
    // Cheap first: every line of a page is asked.
    if line.len() > 80 || !line.contains(':') {
        return None;
    }
    let mut parts = Parts::default();
    for word in line.split([' ', '\t', ',']) {
        parts.take(word)?;
    }
    parts.posted()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, i32)> {
        parse(text).map(|posted| (posted.at.to_string(), posted.offset_minutes))
    }

    #[test]
    fn reads_the_forms_of_archives() {
        let some = |text: &str, offset| Some((text.to_owned(), offset));
        assert_eq!(
            read("Tue Mar 9 12:15:02 UTC 2021"),
            some("2021-03-09T12:15:02Z", 0)
        );
        assert_eq!(
            read("Sun May 21 23:37:25 PDT 2023"),
            some("2023-05-22T06:37:25Z", -420)
        );
        assert_eq!(
            read("Fri Nov 18 2016 - 12:20:09 EST"),
            some("2016-11-18T17:20:09Z", -300)
        );
        assert_eq!(
            read("2025-Jan-29 11:53 UTC"),
            some("2025-01-29T11:53:00Z", 0)
        );
        assert_eq!(
            read("2025-01-29 11:53:10 +0530"),
            some("2025-01-29T06:23:10Z", 330)
        );
        assert_eq!(
            read("Sun, 21 May 2023 23:37:25 -0700 (PDT)"),
            some("2023-05-22T06:37:25Z", -420)
        );
        assert_eq!(
            read("Mon Sep 17 00:00:00 2001"),
            some("2001-09-17T00:00:00Z", 0)
        );
    }

    #[test]
    fn unknown_zones_are_told() {
        assert!(!parse("Tue Mar 9 12:15:02 XYZT 2021").unwrap().zone_known);
        assert!(parse("Tue Mar 9 12:15:02 CEST 2021").unwrap().zone_known);
    }

    #[test]
    fn prose_is_no_date() {
        for text in [
            "",
            "Note: see 12:30",
            "Tue Mar 9 2021",
            "at 12:15:02 on Tue Mar 9 2021",
            "Feb 31 2021 10:00 UTC",
            "-é:",
            "+12é4:",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
