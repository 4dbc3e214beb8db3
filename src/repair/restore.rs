//! In: damaged files and pre-images. Out: each file restored, in order.

use super::align::Reading;
use super::body::Body;
use super::grade::{doubt, grade};
use super::hunks::{exact_hunk, words_hunk};
use super::image::Image;
use super::keeps::Keeps;
use super::layout::Style;
use super::near::{Doubt, Placed, near};
use super::place;
use super::prove::{assemble, prove};
use super::stands::{self, Taken, Verdict};
use super::variants::{Variant, Variants};
use super::{Budget, PreImageFrom, PreImages, Proof, Restored};
use crate::base::hash::blob_id;
use crate::diff::FileChange;
use crate::diff::damaged::DamagedFile;
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
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
    let mut out = Vec::new();
    let mut left = files;
    while !left.is_empty() {
        let (together, behind) = left.split_at(independent(left));
        let images = together.iter().map(|file| match file.binary {
            true => (Vec::new(), PreImageFrom::None),
            false => pre_image(file, &made, pre),
        });
        let tasks: Vec<_> = together.iter().zip(images).collect();
        let restored: Vec<Restored> = tasks
            .into_par_iter()
            .map(|(file, image)| one(file, image, budget))
            .collect();
        for (file, restored) in together.iter().zip(restored) {
            if let Some(post) = &restored.post {
                let id = blob_id(post).to_string();
                made.files.insert(file.new_path.clone(), (id, post.clone()));
            }
            out.push(restored);
        }
        left = behind;
    }
    out
}

/// Counts the first files of which none builds on another: one at least.
fn independent(files: &[DamagedFile]) -> usize {
    let mut paths: HashSet<&str> = HashSet::new();
    let mut ids: Vec<&str> = Vec::new();
    for (count, file) in files.iter().enumerate() {
        let index = file.index.as_ref();
        let builds = index.is_some_and(|index| {
            let old = index.old.as_str();
            ids.iter()
                .any(|id| id.starts_with(old) || old.starts_with(id))
        });
        let own = [file.old_path.as_str(), file.new_path.as_str()];
        if builds || own.iter().any(|path| paths.contains(path)) {
            return count;
        }
        paths.extend(own);
        ids.extend(index.map(|index| index.new.as_str()));
    }
    files.len()
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

/// A file that is renamed, copied or empty; or one whose hunks are gone.
fn without_hunks(file: &DamagedFile, out: Restored, text: Vec<u8>) -> Restored {
    if !keeps_content(file) {
        let reason = "the content changes, and its hunks are not in the text".to_owned();
        return Restored { reason, ..out };
    }
    Restored {
        grade: Proof::Intact,
        reason: "no hunks; nothing was lost".to_owned(),
        post: Some(text),
        ..out
    }
}

/// Does a file without hunks keep its content, or have none?
fn keeps_content(file: &DamagedFile) -> bool {
    match &file.index {
        Some(ids) => ids.old == ids.new || is_empty_blob(&ids.old) || is_empty_blob(&ids.new),
        None => file.change != FileChange::Modified || file.new_mode.is_some(),
    }
}

/// Does an id, perhaps cut short, name no content, or none at all?
fn is_empty_blob(id: &str) -> bool {
    let empty = blob_id(b"").to_string();
    !id.is_empty() && empty.starts_with(id)
}

fn one(file: &DamagedFile, (text, from): (Vec<u8>, PreImageFrom), budget: Budget) -> Restored {
    let mut out = Restored {
        file: file.header(),
        grade: Proof::Failed,
        reason: String::new(),
        trials: 0,
        pre_image: PreImageFrom::None,
        post: None,
        stood: false,
    };
    if file.binary {
        out.reason = "binary; its data cannot be restored".to_owned();
        return out;
    }
    out.pre_image = from;
    if file.hunks.is_empty() {
        return without_hunks(file, out, text);
    }
    let standing = file.standing.as_ref().map(|standing| {
        let goal = goal(file);
        let image = (text.as_slice(), &out.pre_image);
        stands::judge(file, standing, image, goal.as_deref())
    });
    match standing {
        Some(Verdict::Taken(taken)) => as_it_stands(file, out, taken),
        Some(Verdict::Unless(taken)) => {
            let stood = as_it_stands(file, out.clone(), taken);
            let found = repaired(file, out, &text, budget);
            if found.grade == Proof::Proved {
                found
            } else {
                stood
            }
        }
        Some(Verdict::Damaged) => {
            let found = repaired(file, out.clone(), &text, budget);
            // Where restoring knows no better, nothing that stands there is thrown away.
            if found.grade == Proof::Failed && !file.hunks.iter().any(|hunk| hunk.damage.escaped) {
                let taken = Taken {
                    grade: Proof::WordsOnly,
                    reason: format!("taken as it stands: {}", found.reason),
                    post: None,
                };
                return as_it_stands(file, out, taken);
            }
            found
        }
        None => repaired(file, out, &text, budget),
    }
}

/// Takes a file's hunks as they stand.
fn as_it_stands(file: &DamagedFile, mut out: Restored, taken: Taken) -> Restored {
    let hunks = file.standing.as_ref().map(|standing| &standing.hunks);
    out.file.hunks = hunks.cloned().unwrap_or_default();
    Restored {
        grade: taken.grade,
        reason: taken.reason,
        post: taken.post,
        stood: true,
        ..out
    }
}

/// Restores a file's hunks from their words.
fn repaired(file: &DamagedFile, mut out: Restored, text: &[u8], budget: Budget) -> Restored {
    let image = Image::new(text);
    let bodies: Vec<Body> = file.hunks.iter().map(Body::of).collect();
    let exact = matches!(
        out.pre_image,
        PreImageFrom::Exact | PreImageFrom::Series | PreImageFrom::NewFile
    );
    let mut found = Found::of(file, &bodies, &image, exact);
    let style = if found.c {
        Style::of(&image.lines)
    } else {
        Style::default()
    };
    let mut variants: Vec<Variants<'_>> = Vec::new();
    for (index, readings) in std::mem::take(&mut found.readings) {
        let keeps = Keeps::of(file.hunks[index].damage);
        let rules = (keeps, &style, found.c);
        variants.push(Variants::new(&bodies[index], &image, readings, rules));
    }
    let mut ranks = vec![0; variants.len()];
    let mut proved = false;
    if exact
        && found.lost.is_empty()
        && let Some(goal) = goal(file)
    {
        let result = prove(&image, &mut variants, &goal, budget);
        out.trials = result.trials;
        proved = result.ranks.is_some();
        ranks = result.ranks.unwrap_or(ranks);
    }
    let chosen: Vec<Rc<Variant>> = variants
        .iter_mut()
        .zip(&ranks)
        .filter_map(|(hunk, &rank)| hunk.get(rank))
        .collect();
    for (index, (hunk, body)) in file.hunks.iter().zip(&bodies).enumerate() {
        let at = found.numbers.iter().position(|&number| number == index);
        out.file.hunks.push(match at {
            Some(at) => {
                let there = found.there.contains(&index);
                exact_hunk(hunk, body, &image, (&variants[at], &chosen[at], there))
            }
            None => words_hunk(hunk, body),
        });
    }
    grade(
        &mut out,
        file,
        (&found.lost, proved, exact),
        &variants,
        &chosen,
    );
    doubt(&mut out, &found.doubts);
    if !found.there.is_empty() {
        let (count, total, reason) = (found.there.len(), bodies.len(), &out.reason);
        out.reason = format!("{reason}; {count} of {total} hunks are there already");
    }
    out.post = post(&image, &found, variants, chosen);
    out
}

/// Makes the file as the hunks leave it. What is there already stays as it is, and what is not known to belong
/// somewhere is put nowhere.
fn post(
    image: &Image<'_>,
    found: &Found,
    variants: Vec<Variants<'_>>,
    chosen: Vec<Rc<Variant>>,
) -> Option<Vec<u8>> {
    if !found.doubts.is_empty() || !found.lost.is_empty() {
        return None;
    }
    let coming = |at: &usize| !found.there.contains(&found.numbers[*at]);
    let (variants, chosen): (Vec<_>, Vec<_>) = variants
        .into_iter()
        .zip(chosen)
        .enumerate()
        .filter(|(at, _)| coming(at))
        .map(|(_, pair)| pair)
        .unzip();
    let pieces = assemble(image, &variants, &chosen)?;
    let bytes = pieces.iter().flat_map(|piece| piece.bytes());
    Some(bytes.copied().collect())
}

/// The id that the result must have, if the page tells.
fn goal(file: &DamagedFile) -> Option<String> {
    let id = file.index.as_ref().map(|index| index.new.as_str());
    let id = id.filter(|id| id.len() >= 7)?;
    Some(if file.change == FileChange::Deleted {
        blob_id(b"").to_string()
    } else {
        id.to_owned()
    })
}

/// What was found of a file's hunks.
struct Found {
    /// Is the file C?
    c: bool,
    /// The readings of each hunk that has any, with its number.
    readings: Vec<(usize, Vec<Reading>)>,
    /// Those numbers.
    numbers: Vec<usize>,
    /// The hunks that have no place.
    lost: Vec<usize>,
    /// The hunks that the file has already.
    there: Vec<usize>,
    doubts: Vec<(usize, Doubt)>,
}

impl Found {
    fn of(file: &DamagedFile, bodies: &[Body], image: &Image<'_>, exact: bool) -> Self {
        let mut found = Self {
            c: is_c(file.new_path.as_str()),
            readings: Vec::new(),
            numbers: Vec::new(),
            lost: Vec::new(),
            there: Vec::new(),
            doubts: Vec::new(),
        };
        let placed = place_all(file, bodies, image, exact);
        for (index, placed) in placed.into_iter().enumerate() {
            let Placed {
                readings,
                doubt,
                there,
            } = placed;
            if there {
                found.there.push(index);
            }
            found.doubts.extend(doubt.map(|doubt| (index, doubt)));
            if readings.is_empty() || doubt == Some(Doubt::Adrift) {
                found.lost.push(index);
            }
            if !readings.is_empty() {
                found.numbers.push(index);
                found.readings.push((index, readings));
            }
        }
        found
    }
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
            there: false,
        })
        .collect()
}
