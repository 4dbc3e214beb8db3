//! In: a series, and a kernel to restore it on. Out: an mbox that `git am` takes, and what was left out of it.

use super::event::step;
use super::{OpenKernel, RestoredFile, RestoredSeries, Tell, Workspace, restore_series};
use crate::diff::{self, FileDiff};
use crate::mail::{self, Address, Outgoing, append};
use crate::repair::Proof;
use crate::series::{Patch, Series};

/// How an export is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As posted: cover letter first, the grades in its notes.
    Posted,
    /// For `git am`: patches alone, the grades below the `---` of each.
    Am,
}

/// One patch of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedPatch {
    /// Its number.
    pub number: u32,
    /// Its subject without tags.
    pub subject: String,
    /// What is known of its text: the weakest of its files.
    pub proof: Proof,
    /// Was it restored?
    pub repaired: bool,
    /// Why it was left out, where it was.
    pub left_out: Option<String>,
}

/// A series as an mbox.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The mails.
    pub mbox: Vec<u8>,
    /// Its patches, in order.
    pub patches: Vec<ExportedPatch>,
}

impl Exported {
    /// Says whether every patch is in the mbox.
    pub fn is_whole(&self) -> bool {
        self.patches.iter().all(|patch| patch.left_out.is_none())
    }
}

/// Writes `series` as an mbox. Damaged patches are restored on `kernel`; one that cannot be restored is left out and named.
pub fn export(
    workspace: &Workspace,
    series: Series,
    kernel: Option<&OpenKernel>,
    form: Form,
    tell: Tell<'_>,
) -> Exported {
    let restored = match kernel {
        Some(kernel) => restore_series(workspace, series, kernel, tell),
        None => RestoredSeries {
            files: series
                .patches
                .iter()
                .map(|patch| (!stands(patch)).then(Vec::new))
                .collect(),
            series,
        },
    };
    step(tell, "writing the mbox", || write(&restored, kernel, form))
}

fn write(restored: &RestoredSeries, kernel: Option<&OpenKernel>, form: Form) -> Exported {
    let series = &restored.series;
    let patches: Vec<ExportedPatch> = (0..series.patches.len())
        .map(|index| judged(restored, index, kernel))
        .collect();
    let mut mbox = Vec::new();
    if form == Form::Posted
        && (series.cover.is_some() || patches.iter().any(|patch| patch.repaired))
    {
        cover(&mut mbox, restored, &patches, kernel);
    }
    for (index, patch) in series.patches.iter().enumerate() {
        if patches[index].left_out.is_none() {
            patch_mail(&mut mbox, restored, index, (patch, kernel, form));
        }
    }
    Exported { mbox, patches }
}

/// May a patch be written as it stands, with no kernel to tell whether it was damaged?
fn stands(patch: &Patch) -> bool {
    let escaped = patch.damage.as_ref().is_some_and(|one| one.lost.escaped);
    patch.stands_whole() && !escaped
}

/// Says what is known of a patch, and whether it may be written.
fn judged(restored: &RestoredSeries, index: usize, kernel: Option<&OpenKernel>) -> ExportedPatch {
    let patch = &restored.series.patches[index];
    let repaired = restored.is_repaired(index) || !stands(patch);
    let unknown = kernel.is_none() && patch.is_damaged();
    let known = if unknown {
        Proof::WordsOnly
    } else {
        Proof::Intact
    };
    let proof = restored.grade(index).unwrap_or(known);
    let mut out = ExportedPatch {
        number: patch.number,
        subject: patch.subject.clone(),
        proof,
        repaired,
        left_out: None,
    };
    if repaired && kernel.is_none() {
        out.proof = Proof::Failed;
        out.left_out =
            Some("its page damaged it, and no kernel is given to restore it on".to_owned());
        return out;
    }
    let failed = restored.files[index].iter().flatten();
    let failed = failed.into_iter().find(|file| file.grade == Proof::Failed);
    out.left_out = failed
        .map(|file| {
            format!(
                "{} could not be restored: {}",
                file.diff.path(),
                file.reason
            )
        })
        .or_else(|| unwritable(&restored.diffs(index)));
    if out.left_out.is_some() {
        out.proof = Proof::Failed;
    }
    out
}

/// Says why a diff cannot be written as text that means the same.
fn unwritable(files: &[FileDiff]) -> Option<String> {
    if files.is_empty() {
        return Some("it holds no diff".to_owned());
    }
    let lost = |file: &&FileDiff| file.binary && file.binary_patch.is_none();
    let binary = files.iter().find(lost);
    if let Some(file) = binary {
        return Some(format!(
            "{} is binary, and its data is not whole in the mail",
            file.path()
        ));
    }
    files.iter().find_map(|file| {
        let wrong = file
            .hunks
            .iter()
            .find(|hunk| hunk.counted() != (hunk.old_count, hunk.new_count))?;
        Some(format!(
            "the hunk at line {} of {} counts other lines than it holds",
            wrong.old_start,
            file.path()
        ))
    })
}

/// The subject as posted, or one made of what is known.
fn subject(series: &Series, number: u32, title: &str) -> String {
    let rfc = if series.rfc { "RFC " } else { "" };
    let version = match series.version {
        1 => String::new(),
        version => format!(" v{version}"),
    };
    let part = match series.total {
        1 if number == 1 => String::new(),
        total => format!(" {number:0width$}/{total}", width = total.to_string().len()),
    };
    format!("[{rfc}PATCH{version}{part}] {title}")
}

/// Where patches were restored.
fn place(kernel: Option<&OpenKernel>) -> String {
    kernel.map_or_else(String::new, |kernel| {
        format!(" on {} ({})", kernel.name, kernel.kernel.version)
    })
}

/// Reads the cover letter as posted once more, for who sent it and when; nothing where there is none.
fn posted_cover(series: &Series) -> Option<mail::Message> {
    series.cover.as_ref()?;
    let mut read = mail::read_bytes(series.cover_raw.clone(), "cover letter").ok()?;
    // Only ever the letter itself: what it carries has authors of its own.
    let own = |message: &mail::Message| message.subject.ends_with(&series.subject);
    let at = read.messages.iter().position(own)?;
    Some(read.messages.swap_remove(at))
}

/// Writes the cover letter with the grades in its notes.
fn cover(
    mbox: &mut Vec<u8>,
    restored: &RestoredSeries,
    patches: &[ExportedPatch],
    kernel: Option<&OpenKernel>,
) {
    let series = &restored.series;
    let first = series.patches.first();
    let nobody = Address::default();
    let posted = posted_cover(series);
    let from = posted.as_ref().map(|cover| &cover.from);
    let date = posted.as_ref().and_then(|cover| cover.date);
    let offset = posted.as_ref().map(|cover| cover.utc_offset_minutes);
    let mut body = series.cover.clone().unwrap_or_default();
    if !body.is_empty() && !body.ends_with('\n') {
        body.push('\n');
    }
    let mut notes = vec!["---".to_owned()];
    let repaired = patches.iter().any(|patch| patch.repaired);
    if repaired {
        notes.push(format!(
            "pteward restored what the page had damaged{}:",
            place(kernel)
        ));
    } else {
        notes.push("pteward wrote what was posted:".to_owned());
    }
    for (patch, files) in patches.iter().zip(&restored.files) {
        let word = if patch.repaired {
            "restored"
        } else {
            "came whole"
        };
        let left_out = patch.left_out.as_ref();
        let left_out = left_out.map_or_else(String::new, |reason| format!("; LEFT OUT: {reason}"));
        notes.push(format!(
            "  {} {}: {word}{left_out}",
            patch.number, patch.subject
        ));
        let files = files.iter().flatten();
        notes.extend(files.map(|file| format!("    {}", told(file))));
    }
    if repaired || patches.iter().any(|patch| patch.left_out.is_some()) {
        body += &notes.join("\n");
        body.push('\n');
    }
    let mail = Outgoing {
        from: from.or(first.map(|patch| &patch.author)).unwrap_or(&nobody),
        date: date.or(first.and_then(|patch| patch.date)),
        utc_offset_minutes: offset
            .filter(|_| date.is_some())
            .unwrap_or_else(|| first.map_or(0, |patch| patch.utc_offset_minutes)),
        subject: &subject(series, 0, &series.subject),
        message_id: posted
            .as_ref()
            .and_then(|cover| cover.message_id.as_deref()),
        body: body.as_bytes(),
    };
    append(mbox, &mail);
}

/// A file's grade with the reason.
fn told(file: &RestoredFile) -> String {
    format!(
        "{}: {} ({})",
        file.diff.path(),
        file.grade.word(),
        file.reason
    )
}

/// Writes one patch.
fn patch_mail(
    mbox: &mut Vec<u8>,
    restored: &RestoredSeries,
    index: usize,
    (patch, kernel, form): (&Patch, Option<&OpenKernel>, Form),
) {
    let mut body: Vec<u8> = Vec::new();
    for line in patch.message.lines() {
        // git would take these for the diff's begin.
        if ["diff -", "Index: ", "---"]
            .iter()
            .any(|start| line.starts_with(start))
        {
            body.push(b' ');
        }
        body.extend_from_slice(line.as_bytes());
        body.push(b'\n');
    }
    body.extend_from_slice(b"---\n");
    if restored.files[index].is_none() && patch.is_damaged() {
        body.extend_from_slice(
            b"pteward took this patch as it stands; it looks as if the page had damaged it, and no kernel was given.\n",
        );
    }
    let repaired = restored.files[index].as_ref();
    let repaired = repaired.filter(|_| restored.is_repaired(index));
    if let (Some(files), Form::Am) = (repaired, form) {
        body.extend_from_slice(
            format!("pteward restored this patch{}:\n", place(kernel)).as_bytes(),
        );
        for file in files {
            body.extend_from_slice(format!("  {}\n", told(file)).as_bytes());
        }
    }
    body.push(b'\n');
    body.extend_from_slice(&diff::print(&restored.diffs(index)));
    body.extend_from_slice(concat!("-- \npteward ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
    let subject = subject(&restored.series, patch.number, &patch.subject);
    let mail = Outgoing {
        from: &patch.author,
        date: patch.date,
        utc_offset_minutes: patch.utc_offset_minutes,
        subject: &subject,
        message_id: patch.message_id.as_deref(),
        body: &body,
    };
    append(mbox, &mail);
}
