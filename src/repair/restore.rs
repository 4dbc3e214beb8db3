//! In: damaged files and pre-images. Out: each file restored, in order.

use super::body::Body;
use super::image::Image;
use super::keeps::Keeps;
use super::layout::Style;
use super::near::{Doubt, Placed, near};
use super::place;
use super::prove::{assemble, prove};
use super::variants::{Variant, Variants, row_words};
use super::{Budget, PreImageFrom, PreImages, Proof, Restored};
use crate::base::hash::blob_id;
use crate::diff::damaged::{DamagedFile, DamagedHunk};
use crate::diff::{FileChange, FileDiff, Hunk, Line, LineKind};
use std::collections::HashMap;
use std::rc::Rc;

/// Files that earlier parts of the series made.
#[derive(Default)]
struct Made {
    /// By path: the text, and its id.
    files: HashMap<String, (String, Vec<u8>)>,
}

/// Restores every file; later files may build on earlier ones (a series in order).
pub fn restore(files: &[DamagedFile], pre: &dyn PreImages, budget: Budget) -> Vec<Restored> {
    let mut made = Made::default();
    files
        .iter()
        .map(|file| {
            let restored = one(file, &made, pre, budget);
            if let Some(post) = &restored.post {
                let id = blob_id(post).to_string();
                made.files.insert(file.new_path.clone(), (id, post.clone()));
            }
            restored
        })
        .collect()
}

/// The text to restore against.
fn pre_image(file: &DamagedFile, made: &Made, pre: &dyn PreImages) -> (Vec<u8>, PreImageFrom) {
    if file.change == FileChange::Added {
        return (Vec::new(), PreImageFrom::NewFile);
    }
    let id = file
        .index
        .as_ref()
        .map(|index| index.old.as_str())
        .filter(|id| id.len() >= 7);
    if let Some(id) = id {
        if let Some((_, text)) = made.files.values().find(|(known, _)| known.starts_with(id)) {
            return (text.clone(), PreImageFrom::Series);
        }
        if let Some(text) = pre
            .by_id(id)
            .filter(|text| blob_id(text).to_string().starts_with(id))
        {
            return (text, PreImageFrom::Exact);
        }
    }
    if let Some((_, text)) = made.files.get(&file.old_path) {
        return (
            text.clone(),
            PreImageFrom::Near("this series so far".to_owned()),
        );
    }
    match pre.near(&file.old_path) {
        // The nearest file may be the very one.
        Some(near) if id.is_some_and(|id| blob_id(&near.text).to_string().starts_with(id)) => {
            (near.text, PreImageFrom::Exact)
        }
        Some(near) => (near.text, PreImageFrom::Near(near.from)),
        None => (Vec::new(), PreImageFrom::None),
    }
}

fn one(file: &DamagedFile, made: &Made, pre: &dyn PreImages, budget: Budget) -> Restored {
    let mut out = Restored {
        file: blank(file),
        grade: Proof::Failed,
        reason: String::new(),
        trials: 0,
        pre_image: PreImageFrom::None,
        post: None,
    };
    if file.binary {
        out.reason = "binary; its data cannot be restored".to_owned();
        return out;
    }
    let (text, from) = pre_image(file, made, pre);
    out.pre_image = from;
    if file.hunks.is_empty() {
        out.grade = Proof::Intact;
        out.reason = "no hunks; nothing was lost".to_owned();
        out.post = Some(text);
        return out;
    }
    let image = Image::new(&text);
    let bodies: Vec<Body> = file.hunks.iter().map(Body::of).collect();
    let exact = matches!(
        out.pre_image,
        PreImageFrom::Exact | PreImageFrom::Series | PreImageFrom::NewFile
    );
    let placed = place_all(file, &bodies, &image, exact);
    let c = is_c(file.new_path.as_str());
    let style = if c {
        Style::of(&image.lines)
    } else {
        Style::default()
    };
    let mut lost: Vec<usize> = Vec::new();
    let mut variants: Vec<Variants<'_>> = Vec::new();
    let mut numbers: Vec<usize> = Vec::new();
    let mut doubts: Vec<(usize, Doubt)> = Vec::new();
    for (index, (Placed { readings, doubt }, body)) in placed.into_iter().zip(&bodies).enumerate() {
        doubts.extend(doubt.map(|doubt| (index, doubt)));
        if readings.is_empty() || doubt == Some(Doubt::Adrift) {
            lost.push(index);
        }
        if readings.is_empty() {
            continue;
        }
        let keeps = Keeps::of(file.hunks[index].damage);
        variants.push(Variants::new(body, &image, readings, (keeps, &style, c)));
        numbers.push(index);
    }
    let mut ranks = vec![0; variants.len()];
    let new_id = file
        .index
        .as_ref()
        .map(|index| index.new.as_str())
        .filter(|id| id.len() >= 7);
    let mut proved = false;
    if exact
        && lost.is_empty()
        && let Some(id) = new_id
    {
        let goal = if file.change == FileChange::Deleted {
            blob_id(b"").to_string()
        } else {
            id.to_owned()
        };
        let found = prove(&image, &mut variants, &goal, budget);
        out.trials = found.trials;
        if let Some(found) = found.ranks {
            ranks = found;
            proved = true;
        }
    }
    let chosen: Vec<Rc<Variant>> = variants
        .iter_mut()
        .zip(&ranks)
        .filter_map(|(hunk, &rank)| hunk.get(rank))
        .collect();
    for (index, hunk) in file.hunks.iter().enumerate() {
        out.file
            .hunks
            .push(match numbers.iter().position(|&number| number == index) {
                Some(at) => exact_hunk(hunk, &bodies[index], &image, (&variants[at], &chosen[at])),
                None => words_hunk(hunk, &bodies[index]),
            });
    }
    // What is not known to belong somewhere is put nowhere.
    if doubts.is_empty()
        && lost.is_empty()
        && let Some(pieces) = assemble(&image, &variants, &chosen)
    {
        out.post = Some(
            pieces
                .iter()
                .flat_map(|piece| piece.bytes().iter().copied())
                .collect(),
        );
    }
    grade(&mut out, file, (&lost, proved, exact), &variants, &chosen);
    if let Some((index, doubt)) = doubts.first()
        && out.grade < Proof::WordsOnly
    {
        out.grade = Proof::WordsOnly;
        let number = index + 1;
        out.reason = match doubt {
            Doubt::Several(count) => format!("hunk {number} fits at {count} places"),
            Doubt::Unnamed | Doubt::Adrift => {
                format!("hunk {number} names a function that the text at hand lacks")
            }
        };
    }
    out
}

fn is_c(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(
        name.rsplit_once('.').map(|(_, end)| end),
        Some("c" | "h" | "S" | "rs" | "y" | "l" | "cpp")
    )
}

/// Finds the readings of every hunk.
fn place_all(file: &DamagedFile, bodies: &[Body], image: &Image<'_>, exact: bool) -> Vec<Placed> {
    if !exact {
        return near(file, bodies, image);
    }
    let readings = |(hunk, body)| place::exact(hunk, body, image);
    let hunks = file.hunks.iter().zip(bodies).map(readings);
    hunks
        .map(|readings| Placed {
            readings,
            doubt: None,
        })
        .collect()
}

fn blank(file: &DamagedFile) -> FileDiff {
    FileDiff {
        change: file.change,
        old_path: file.old_path.clone(),
        new_path: file.new_path.clone(),
        old_mode: file.old_mode,
        new_mode: file.new_mode,
        index: file.index.clone(),
        binary: file.binary,
        hunks: Vec::new(),
    }
}

/// A hunk with the texts of a variant.
fn exact_hunk(
    hunk: &DamagedHunk,
    body: &Body,
    image: &Image<'_>,
    (variants, variant): (&Variants<'_>, &Variant),
) -> Hunk {
    let reading = variants.reading(variant.reading);
    let section = super::section::text(body, image, reading);
    let mut lines = Vec::new();
    for (row, text) in reading.rows.iter().zip(&variant.texts) {
        let (text, newline) = match (text, row.tree) {
            (Some(text), _) => (text.clone(), row.newline),
            (None, Some(line)) => {
                let last = line + 1 == image.lines.len();
                (image.lines[line].to_vec(), !(last && image.open_end()))
            }
            (None, None) => continue,
        };
        lines.push(Line {
            kind: row.kind,
            text,
            newline,
        });
    }
    Hunk {
        old_start: hunk.old_start,
        old_count: hunk.old_count,
        new_start: hunk.new_start,
        new_count: hunk.new_count,
        section,
        lines,
    }
}

/// A hunk of which only words are known: lines by their markers where the page kept line ends, else none.
fn words_hunk(hunk: &DamagedHunk, body: &Body) -> Hunk {
    let mut out = Hunk {
        old_start: hunk.old_start,
        old_count: hunk.old_count,
        new_start: hunk.new_start,
        new_count: hunk.new_count,
        section: String::new(),
        lines: Vec::new(),
    };
    if !body.lines_kept {
        return out;
    }
    let join = |units: &[super::body::Unit]| {
        units
            .iter()
            .map(|unit| String::from_utf8_lossy(&unit.text).into_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    out.section = join(&body.units[..body.head]);
    let mut at = body.head;
    while at < body.units.len() {
        let end = (at + 1..body.units.len())
            .find(|&next| body.units[next].begins)
            .unwrap_or(body.units.len());
        let kind = match body.units[at].marker() {
            Some(b'-') => LineKind::Removed,
            Some(b'+') => LineKind::Added,
            _ => LineKind::Context,
        };
        let row = super::align::Row {
            kind,
            tree: None,
            words: at..end,
            newline: true,
        };
        let text = row_words(body, &row).join(&b' ');
        out.lines.push(Line {
            kind,
            text,
            newline: true,
        });
        at = end;
    }
    out
}

/// Says what is known of the file, and why.
fn grade(
    out: &mut Restored,
    file: &DamagedFile,
    (lost, proved, exact): (&[usize], bool, bool),
    variants: &[Variants<'_>],
    chosen: &[Rc<Variant>],
) {
    let trials = out.trials;
    if proved {
        out.grade = Proof::Proved;
        out.reason = format!("the result has the posted id after {trials} trials");
        return;
    }
    if !lost.is_empty() {
        let kept = lost
            .iter()
            .all(|&index| !file.hunks[index].damage.line_breaks);
        let whole = lost.iter().all(|&index| {
            let hunk = &out.file.hunks[index];
            hunk.counted() == (hunk.old_count, hunk.new_count)
        });
        out.grade = if kept && whole {
            Proof::WordsOnly
        } else {
            Proof::Failed
        };
        let total = file.hunks.len();
        out.reason = format!(
            "{} of {total} hunks have no place in the text at hand",
            lost.len()
        );
        return;
    }
    let foreign = chosen.iter().zip(variants).any(|(variant, hunk)| {
        hunk.reading(variant.reading)
            .rows
            .iter()
            .any(|row| row.tree.is_none() && row.kind != LineKind::Added)
    });
    if out.pre_image == PreImageFrom::NewFile {
        out.grade = Proof::WordsOnly;
        out.reason = match &file.index {
            Some(_) => format!("a new file; none of {trials} results has the posted id"),
            None => "a new file without an index line to prove it by".to_owned(),
        };
        return;
    }
    if foreign {
        out.grade = Proof::WordsOnly;
        out.reason = "lines that the hunk names are not in the text at hand".to_owned();
        return;
    }
    out.grade = Proof::Consistent;
    out.reason = match (&out.pre_image, exact) {
        (PreImageFrom::Near(from), _) => format!(
            "the counts fit and all lines align with {from}; the posted pre-image is not at hand"
        ),
        (_, true) if file.index.is_none() => {
            "the counts fit; there is no index line to prove it by".to_owned()
        }
        _ => format!(
            "the counts fit and all lines align; none of {trials} results has the posted id"
        ),
    };
}
