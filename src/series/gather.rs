//! In: mails that hold a patch or a cover letter. Out: which of them make one series, each joined by a rule that is told.
//!
//! Nothing takes the place of what was posted as a part: whatever comes for a number that is taken, or says that it only
//! amends one, becomes a series of its own, and both say so.

use super::subject::Subject;
use crate::diff;
use crate::mail::{Address, Message, Origin};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The best claim: one sender, and a mail of the series is answered or answers.
const SURE: u8 = 5;

/// The claim of a mail in a series' thread that somebody else sent, and not as its parts were sent: none.
const FOREIGN: u8 = 2;

/// Seconds within which mails that refer to nothing were posted together.
const TOGETHER: i64 = 24 * 3600;

/// A message with its subject read.
pub(super) struct Mail {
    pub(super) message: Message,
    pub(super) subject: Subject,
    /// Number and total, where its subject or its place gives them.
    pub(super) part: Option<(u32, u32)>,
}

impl Mail {
    pub(super) fn version(&self) -> u32 {
        self.subject.version.unwrap_or(1)
    }

    /// Gives the mails that it refers to, the direct parent among them.
    fn ancestors(&self) -> impl Iterator<Item = &String> {
        let message = &self.message;
        message.references.iter().chain(&message.in_reply_to)
    }

    /// Gives the mail that it answers.
    fn parent(&self) -> Option<&String> {
        let message = &self.message;
        message.in_reply_to.as_ref().or(message.references.last())
    }

    /// Gives the thread: the oldest message referred to, or the message itself.
    fn root(&self) -> Option<&String> {
        self.ancestors().next().or(self.message.message_id.as_ref())
    }

    /// Does it refer to another message?
    fn threaded(&self) -> bool {
        self.ancestors().next().is_some()
    }

    /// Is it a patch file or a commit, which no mail program has seen?
    fn is_file(&self) -> bool {
        self.message.message_id.is_none() && self.message.origin != Origin::ArchivePage
    }

    /// Names it for notes.
    fn told(&self) -> String {
        let who = match self.message.from.name.as_str() {
            "" => self.message.from.email.as_str(),
            name => name,
        };
        let by = if who.is_empty() {
            String::new()
        } else {
            format!(" by {who}")
        };
        format!("«{}»{by}", self.message.subject)
    }
}

/// Says whether two mails have one sender. Archives hide addresses, so a name is enough.
fn same_sender(one: &Address, other: &Address) -> bool {
    let same = |one: &str, other: &str| !one.is_empty() && one.eq_ignore_ascii_case(other);
    same(&one.email, &other.email) || same(one.name.trim(), other.name.trim())
}

/// What the Message-Ids of one run of `git format-patch` or `git send-email` have in common.
fn run_of(id: &str) -> Option<(String, String)> {
    // `<commit>.<time>.git.<committer>`, and `cover.` in place of the commit.
    if let Some((_, rest)) = id
        .split_once('.')
        .filter(|(_, rest)| rest.contains(".git."))
    {
        return Some((String::new(), rest.to_owned()));
    }
    // `<moment>.<process>-<number>-<sender>`.
    let (run, rest) = id.split_once('-')?;
    let (number, sender) = rest.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (moment, process) = run.split_once('.')?;
    (moment.len() == 14 && digits(moment) && digits(process) && digits(number))
        .then(|| (run.to_owned(), sender.to_owned()))
}

/// By what a mail was joined to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rule {
    /// Files and commits: number, version and total.
    Number,
    /// No thread: sender, tags, total and day.
    Sender,
    /// One thread, another sender: it answers the mail that the others answer.
    Sibling,
    /// One thread and sender.
    Thread,
}

impl Rule {
    fn words(self) -> &'static str {
        match self {
            Self::Number => "number (files refer to nothing)",
            Self::Sender => "sender, tags and total (they refer to no mail in common)",
            Self::Sibling => "thread, though another person sent them",
            Self::Thread => "thread",
        }
    }
}

/// The mails of one series, while they are gathered.
pub(super) struct Group {
    pub(super) version: u32,
    pub(super) total: u32,
    pub(super) rfc: bool,
    /// By number; 0 is the cover letter.
    pub(super) mails: BTreeMap<u32, Mail>,
    pub(super) notes: Vec<String>,
    /// A patch alone, or one that amends another: nothing joins it.
    closed: bool,
    resend: bool,
    tags: Vec<String>,
    sender: Address,
    files: bool,
    last: Option<jiff::Timestamp>,
    /// Message-Ids of its mails.
    ids: HashSet<String>,
    /// Mails that they answer.
    parents: HashSet<String>,
    roots: HashSet<String>,
    /// Runs of git that its mails come from.
    runs: HashSet<(String, String)>,
    joins: BTreeMap<Rule, Vec<u32>>,
    /// Place of its first mail in the input.
    first: usize,
}

impl Group {
    fn new(mail: &Mail, total: u32, first: usize) -> Self {
        Self {
            version: mail.version(),
            total,
            rfc: mail.subject.rfc,
            mails: BTreeMap::new(),
            notes: Vec::new(),
            closed: mail.part.is_none() || mail.subject.amends,
            resend: mail.subject.resend,
            tags: mail.subject.tags.clone(),
            sender: mail.message.from.clone(),
            files: mail.is_file(),
            last: None,
            ids: HashSet::new(),
            parents: HashSet::new(),
            roots: HashSet::new(),
            runs: HashSet::new(),
            joins: BTreeMap::new(),
            first,
        }
    }

    /// Could a mail belong to the group, by what its subject says?
    fn is_like(&self, mail: &Mail, total: u32) -> bool {
        self.version == mail.version()
            && self.total == total
            && self.resend == mail.subject.resend
            && !self.closed
            && mail.part.is_some()
    }

    /// By which rule a mail becomes a part of the group, and how good its claim is.
    fn takes(&self, mail: &Mail, number: u32, total: u32) -> Option<(u8, Rule)> {
        let free = !mail.subject.amends && !self.mails.contains_key(&number);
        let claim = (free && self.is_like(mail, total))
            .then(|| self.claim(mail))
            .flatten();
        claim.filter(|(claim, _)| *claim != FOREIGN)
    }

    /// By which rule the mail would belong to the group, and how sure that is.
    fn claim(&self, mail: &Mail) -> Option<(u8, Rule)> {
        let has =
            |set: &HashSet<String>, id: Option<&String>| id.is_some_and(|id| set.contains(id));
        let id = mail.message.message_id.as_ref();
        let sibling = has(&self.parents, mail.parent());
        let direct = sibling || has(&self.ids, mail.parent()) || has(&self.parents, id);
        let rooted = has(&self.roots, mail.root()) || has(&self.roots, id);
        let run = id.and_then(|id| run_of(id));
        let one_run = run.is_some_and(|run| self.runs.contains(&run));
        let same = one_run || same_sender(&self.sender, &mail.message.from);
        if direct || rooted {
            let cover = self.mails.get(&0);
            let cover = cover.and_then(|cover| cover.message.message_id.as_ref());
            let answers_cover = cover.is_some() && cover == mail.parent();
            return match (same, direct) {
                (true, true) => Some((SURE, Rule::Thread)),
                (true, false) => Some((4, Rule::Thread)),
                (false, _) if sibling || answers_cover || has(&self.parents, id) => {
                    Some((3, Rule::Sibling))
                }
                (false, _) => Some((FOREIGN, Rule::Thread)),
            };
        }
        if mail.threaded() && !self.parents.is_empty() {
            return None;
        }
        if mail.is_file() && self.files {
            return (self.rfc == mail.subject.rfc).then_some((1, Rule::Number));
        }
        let near = match (self.last, mail.message.date) {
            (Some(one), Some(other)) => (one.as_second() - other.as_second()).abs() <= TOGETHER,
            _ => true,
        };
        let alike = self.rfc == mail.subject.rfc && self.tags == mail.subject.tags;
        (same && near && alike).then_some((1, Rule::Sender))
    }

    fn add(&mut self, mail: Mail, number: u32, rule: Option<Rule>) {
        let id = mail.message.message_id.as_ref();
        self.runs.extend(id.and_then(|id| run_of(id)));
        let to = |set: &mut HashSet<String>, id: Option<&String>| set.extend(id.cloned());
        to(&mut self.ids, mail.message.message_id.as_ref());
        to(&mut self.parents, mail.parent());
        to(&mut self.roots, mail.root());
        self.last = mail.message.date.or(self.last);
        if let Some(rule) = rule {
            self.joins.entry(rule).or_default().push(number);
        }
        self.mails.insert(number, mail);
    }

    /// Tells by which rules the mails were joined.
    fn tell_joins(&mut self) {
        for (rule, numbers) in self.joins.iter_mut().rev() {
            numbers.sort_unstable();
            let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
            let (parts, rule) = (numbers.join(", "), rule.words());
            self.notes.push(format!("joined by {rule}: {parts}"));
        }
    }
}

/// Puts mails together, oldest first where all tell their date. What came twice is told in `notes`.
pub(super) fn gather(mails: Vec<Mail>, notes: &mut Vec<String>) -> Vec<Group> {
    let dated = mails.iter().all(|mail| {
        mail.message.date.is_some() && (mail.message.message_id.is_some() || mail.threaded())
    });
    let mut mails: Vec<(usize, Mail)> = mails.into_iter().enumerate().collect();
    if dated {
        mails.sort_by_key(|(_, mail)| mail.message.date);
    }
    let mut gathering = Gathering::default();
    for (place, mail) in mails {
        gathering.take(mail, place);
    }
    match gathering.twice {
        0 => {}
        1 => notes.push("1 mail came twice, with one Message-Id".to_owned()),
        count => notes.push(format!(
            "{count} mails came again, with the same Message-Ids"
        )),
    }
    let mut groups = gathering.groups;
    groups.iter_mut().for_each(Group::tell_joins);
    groups.sort_by_key(|group| group.first);
    groups
}

/// The groups so far.
#[derive(Default)]
struct Gathering {
    groups: Vec<Group>,
    /// Message-Id → its group and number.
    seen: HashMap<String, (usize, u32)>,
    /// How many mails came again.
    twice: usize,
}

impl Gathering {
    fn take(&mut self, mail: Mail, place: usize) {
        let (number, total) = mail.part.unwrap_or((1, 1));
        let mut again = None;
        if let Some(id) = &mail.message.message_id
            && let Some(&(at, taken)) = self.seen.get(id)
        {
            let group = &mut self.groups[at];
            group.first = group.first.min(place);
            let same = group.mails.get(&taken).is_some_and(|known| {
                known.message.body == mail.message.body
                    || diff::parse(&known.message.body).files
                        == diff::parse(&mail.message.body).files
            });
            if same {
                self.twice += 1;
                return;
            }
            again = Some(at);
        }
        let takers = self.groups.iter().enumerate();
        let takers: Vec<(usize, (u8, Rule))> = takers
            .filter_map(|(at, group)| Some((at, group.takes(&mail, number, total)?)))
            .collect();
        let best = takers.iter().map(|(_, claim)| *claim).max();
        let best = best.filter(|_| again.is_none());
        let mut alike = takers.iter().filter(|(_, claim)| Some(*claim) == best);
        let count = alike.clone().count();
        if let Some(&(at, (_, rule))) = alike.next_back() {
            if count > 1 {
                let told = mail.told();
                self.groups[at].notes.push(format!(
                    "{told} fits {count} series alike; it was taken with the latest"
                ));
            }
            self.put(mail, number, at, Some(rule));
            return;
        }
        let rival = again.or_else(|| self.rival(&mail, total));
        let mut group = Group::new(&mail, total, place);
        if let Some(rival) = rival {
            let rival = &mut self.groups[rival];
            let (told, part) = (mail.told(), rival.mails.get(&number).map(Mail::told));
            let (kept, own) = match part {
                Some(part) => (
                    format!(
                        "part {number} was kept as posted; {told} came for it too and is a series of its own"
                    ),
                    format!("an alternative to part {number}, {part}, which was kept"),
                ),
                None => (
                    format!(
                        "{told} amends part {number} or is by somebody else; it does not stand for that part"
                    ),
                    format!(
                        "it came for part {number} of a series that lacks it, and does not stand for it"
                    ),
                ),
            };
            rival.notes.push(kept);
            group.notes.push(own);
        } else if mail.subject.resend {
            let what = "it is marked as sent again, and is not mixed with what was posted before";
            group.notes.push(what.to_owned());
        }
        self.groups.push(group);
        self.put(mail, number, self.groups.len() - 1, None);
    }

    /// Finds the series in whose thread a mail is that becomes no part of it; of several the one that was there first.
    fn rival(&self, mail: &Mail, total: u32) -> Option<usize> {
        let mut found = (1, None);
        for (at, group) in self.groups.iter().enumerate() {
            let like = group.is_like(mail, total);
            let claim = like.then(|| group.claim(mail)).flatten();
            let Some((claim, _)) = claim.filter(|(claim, _)| *claim > found.0) else {
                continue;
            };
            found = (claim, Some(at));
            if claim == SURE {
                break;
            }
        }
        found.1
    }

    fn put(&mut self, mail: Mail, number: u32, at: usize, rule: Option<Rule>) {
        if let Some(id) = &mail.message.message_id {
            self.seen.entry(id.clone()).or_insert((at, number));
        }
        self.groups[at].add(mail, number, rule);
    }
}

#[cfg(test)]
mod tests;
