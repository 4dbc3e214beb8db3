//! In: a build folder. Out: copies of the image and its symbols, which stay when the next state is built.

use super::error::BuildError;
use super::folder::WorkFolder;
use super::outcome::Image;
use crate::base::hash::blob_id;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// The image, relative to the build folder; make's target for it is the last part.
pub(super) const IMAGE: &str = "arch/x86/boot/bzImage";
/// The same kernel as the linker left it.
const SYMBOLS: &str = "vmlinux";
/// How many images are kept in a work folder, the newest.
const KEPT: usize = 24;

/// Copies the image of the build that just ended; `None` where there is none.
pub(super) fn keep(folder: &WorkFolder) -> Result<Option<Image>, BuildError> {
    let Some(bytes) = folder.read_built(IMAGE)? else {
        return Ok(None);
    };
    let images = folder.images();
    fs::create_dir_all(&images).map_err(|error| BuildError::io(&images, error))?;
    let id = blob_id(&bytes);
    let path = images.join(id.to_string());
    let symbols = images.join(format!("{id}.{SYMBOLS}"));
    // A copy that is there was made whole, and by us: no build can write here.
    if !path.exists() {
        let linked = folder.read_built(SYMBOLS)?;
        if let Some(linked) = linked {
            write(&symbols, &linked)?;
        }
        prune(&images).map_err(|error| BuildError::io(&images, error))?;
        write(&path, &bytes)?;
    }
    Ok(Some(Image {
        path,
        id,
        size: bytes.len() as u64,
        symbols: Some(symbols).filter(|symbols| symbols.exists()),
    }))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let part = path.with_extension("part");
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .map_err(|error| BuildError::io(path, error))
}

/// Removes the oldest images, so that one more is not too many.
fn prune(images: &Path) -> std::io::Result<()> {
    let mut all = Vec::new();
    for entry in fs::read_dir(images)? {
        let entry = entry?;
        let path = entry.path();
        if path.extension().is_none() {
            let file = entry.metadata()?;
            let made = (file.mtime(), file.mtime_nsec());
            all.push((made, path));
        }
    }
    all.sort();
    let over = (all.len() + 1).saturating_sub(KEPT);
    for (_, path) in &all[..over] {
        fs::remove_file(path)?;
        // Not every build has them.
        fs::remove_file(path.with_extension(SYMBOLS)).ok();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_stay_when_the_next_is_built_but_not_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let folder = WorkFolder::open(dir.path(), "k", "hmm", true).unwrap();
        assert!(keep(&folder).unwrap().is_none());
        let built = folder.build().join(IMAGE);
        fs::create_dir_all(built.parent().unwrap()).unwrap();
        fs::write(folder.build().join(SYMBOLS), "symbols").unwrap();
        let mut made = Vec::new();
        for number in 0..KEPT + 2 {
            fs::write(&built, format!("image {number}")).unwrap();
            made.push(keep(&folder).unwrap().unwrap());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let last = made.last().unwrap();
        assert_eq!(
            fs::read(last.symbols.as_ref().unwrap()).unwrap(),
            b"symbols"
        );
        let there: Vec<bool> = made.iter().map(|image| image.path.exists()).collect();
        assert_eq!(there.iter().filter(|there| **there).count(), KEPT);
        assert!(!there[0] && !there[1] && there[2]);
        assert!(!made[0].symbols.as_ref().unwrap().exists());
        assert_eq!(keep(&folder).unwrap().unwrap(), *last);
    }
}
