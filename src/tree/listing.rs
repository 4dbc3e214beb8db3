//! In: what a file system says of folders and their C files. Out: one flat list of it, and its bytes.
//!
//! A kernel has tens of thousands of files in thousands of folders, and they are listed, kept and compared much more often
//! than looked at: so all of them are one piece of bytes, a block a folder, in order of their paths.

use std::ffi::CStr;

/// The C files of a folder and of all folders below it, as they were at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// When listing began, in nanoseconds since 1970, in 8 bytes, then the blocks.
    bytes: Vec<u8>,
}

/// What a file system says of a file or folder. Whatever writes to it changes one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stat {
    /// Device, inode, size in bytes.
    pub(super) place: [u64; 3],
    /// Times of the last change of content and of anything, in nanoseconds since 1970.
    pub(super) times: [i64; 2],
}

/// One folder of a listing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'l> {
    /// Relative to the folder that was listed, `""` for itself.
    pub(super) path: &'l str,
    /// What was said of it before it was listed.
    pub(super) stat: Stat,
    /// Its C files.
    files: &'l [u8],
    /// All of it, as it stands in the listing.
    whole: &'l [u8],
}

/// Times are trusted only where the file had rested this long when it was listed: some file systems keep time in steps
/// of two seconds, and a file written twice within one step looks the same.
const REST: i64 = 2_000_000_000;

impl Listing {
    /// Makes one of blocks that were made from the moment `taken` on, in order of their paths.
    pub(super) fn new<'b>(taken: i64, blocks: impl Iterator<Item = &'b [u8]>) -> Self {
        let mut bytes = taken.to_le_bytes().to_vec();
        blocks.for_each(|block| bytes.extend_from_slice(block));
        Self { bytes }
    }

    /// Gives its bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads what [`Listing::as_bytes`] gave; `None` for anything else.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.get(8..)?;
        while !rest.is_empty() {
            let Block {
                mut files,
                stat: mut before,
                ..
            } = block(&mut rest)?;
            while !files.is_empty() {
                file(&mut files, &mut before)?;
            }
        }
        Some(Self {
            bytes: bytes.to_vec(),
        })
    }

    /// When listing began, in nanoseconds since 1970.
    pub(super) fn taken(&self) -> i64 {
        let mut bytes = self.bytes.as_slice();
        take(&mut bytes).map_or(0, i64::from_le_bytes)
    }

    /// Gives the folders in order.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Block<'_>> {
        let mut rest = self.bytes.get(8..).unwrap_or_default();
        std::iter::from_fn(move || block(&mut rest))
    }
}

impl<'l> Block<'l> {
    /// Gives the C files: name and what was said of each, in order of their names.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'l CStr, Stat)> + use<'l> {
        let (mut rest, mut before) = (self.files, self.stat);
        std::iter::from_fn(move || file(&mut rest, &mut before))
    }

    /// Gives its bytes, of which [`Listing::new`] makes a listing.
    pub(super) fn whole(&self) -> &'l [u8] {
        self.whole
    }
}

/// Writes the block of one folder, of files in order of their names.
pub(super) fn write<N: AsRef<CStr>>(path: &str, stat: Stat, files: &[(N, Stat)]) -> Vec<u8> {
    let mut bytes = vec![0; 8];
    bytes.extend_from_slice(path.as_bytes());
    put(&mut bytes, stat, Stat::default());
    let mut before = stat;
    for (name, stat) in files {
        bytes.extend_from_slice(name.as_ref().to_bytes_with_nul());
        put(&mut bytes, *stat, before);
        before = *stat;
    }
    // A folder with 4 GiB of names is no kernel's; reading it back fails, and it is listed anew.
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let all = length(bytes.len() - 4);
    bytes[..4].copy_from_slice(&all);
    bytes[4..8].copy_from_slice(&length(path.len()));
    bytes
}

/// Takes one folder; `None` at the end, and where the bytes are none.
fn block<'l>(rest: &mut &'l [u8]) -> Option<Block<'l>> {
    let start = *rest;
    let length = u32::from_le_bytes(take(rest)?) as usize;
    let (mut own, left) = rest.split_at_checked(length)?;
    *rest = left;
    let path = u32::from_le_bytes(take(&mut own)?) as usize;
    let (path, mut files) = own.split_at_checked(path)?;
    let stat = get(&mut files, Stat::default())?;
    Some(Block {
        path: std::str::from_utf8(path).ok()?,
        stat,
        files,
        whole: &start[..4 + length],
    })
}

/// Takes one file; `None` at the end, and where the bytes are none.
fn file<'l>(rest: &mut &'l [u8], before: &mut Stat) -> Option<(&'l CStr, Stat)> {
    let name = CStr::from_bytes_until_nul(rest).ok()?;
    *rest = &rest[name.to_bytes_with_nul().len()..];
    *before = get(rest, *before)?;
    Some((name, *before))
}

/// Writes how each number differs from that of the file before: files of a folder mostly came at one time, with numbers
/// that follow each other, so most of it is a byte or two.
fn put(bytes: &mut Vec<u8>, stat: Stat, before: Stat) {
    for (is, was) in stat.numbers().into_iter().zip(before.numbers()) {
        let apart = is.wrapping_sub(was).cast_signed();
        // Small ones of either sign become small, then 7 bits a byte, the last without the high bit.
        let mut left = ((apart << 1) ^ (apart >> 63)).cast_unsigned();
        while left >= 0x80 {
            bytes.push((left as u8) | 0x80);
            left >>= 7;
        }
        bytes.push(left as u8);
    }
}

/// Reads what [`put`] wrote.
fn get(rest: &mut &[u8], before: Stat) -> Option<Stat> {
    let mut numbers = before.numbers();
    for number in &mut numbers {
        let mut apart = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, left) = rest.split_first()?;
            *rest = left;
            apart |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let apart = (apart >> 1) ^ (apart & 1).wrapping_neg();
        *number = number.wrapping_add(apart);
    }
    let [device, inode, size, modified, changed] = numbers;
    Some(Stat {
        place: [device, inode, size],
        times: [modified.cast_signed(), changed.cast_signed()],
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, left) = rest.split_first_chunk::<N>()?;
    *rest = left;
    Some(*first)
}

impl Stat {
    /// Takes what tells a file from what it was.
    pub(super) fn of(stat: &rustix::fs::Stat) -> Self {
        let moment = |seconds: i64, nanoseconds: u64| {
            let seconds = seconds.saturating_mul(1_000_000_000);
            seconds.saturating_add(nanoseconds.cast_signed())
        };
        Self {
            place: [stat.st_dev, stat.st_ino, stat.st_size.cast_unsigned()],
            times: [
                moment(stat.st_mtime, stat.st_mtime_nsec),
                moment(stat.st_ctime, stat.st_ctime_nsec),
            ],
        }
    }

    fn numbers(&self) -> [u64; 5] {
        let [device, inode, size] = self.place;
        let [modified, changed] = self.times.map(i64::cast_unsigned);
        [device, inode, size, modified, changed]
    }

    /// Had it rested when the listing that began at `taken` was made?
    pub(super) fn rested(&self, taken: i64) -> bool {
        self.times
            .iter()
            .all(|time| time.saturating_add(REST) < taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_through_bytes_and_refuses_others() {
        let stat = |n| Stat {
            place: [1, n, u64::MAX],
            times: [-5, 7],
        };
        let top = write::<&CStr>("", stat(1), &[]);
        let mm = write("mm/ä", stat(2), &[(c"a.c", stat(3)), (c"b.h", stat(4))]);
        let some = Listing::new(-9, [top.as_slice(), &mm].into_iter());
        assert_eq!(some.taken(), -9);
        let blocks: Vec<Block<'_>> = some.blocks().collect();
        assert_eq!((blocks[0].path, blocks[1].path), ("", "mm/ä"));
        assert_eq!(blocks[1].stat, stat(2));
        assert_eq!(blocks[1].whole(), mm);
        let files: Vec<_> = blocks[1].files().collect();
        assert_eq!(files, [(c"a.c", stat(3)), (c"b.h", stat(4))]);
        let bytes = some.as_bytes();
        assert_eq!(Listing::from_bytes(bytes), Some(some.clone()));
        for cut in [0, 7, 9, bytes.len() - 1] {
            assert_eq!(Listing::from_bytes(&bytes[..cut]), None, "{cut}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_numbers_come_back(one: [u64; 3], times: [i64; 2], other: [u64; 3], then: [i64; 2]) {
            let before = Stat { place: other, times: then };
            let stat = Stat { place: one, times };
            let mut bytes = Vec::new();
            put(&mut bytes, stat, before);
            let mut rest = bytes.as_slice();
            proptest::prop_assert_eq!(get(&mut rest, before), Some(stat));
            proptest::prop_assert!(rest.is_empty());
        }

        #[test]
        fn any_bytes_are_a_listing_or_none(bytes: Vec<u8>) {
            if let Some(listing) = Listing::from_bytes(&bytes) {
                let count: usize = listing.blocks().map(|block| block.files().count()).sum();
                proptest::prop_assert!(count <= bytes.len());
            }
        }
    }

    #[test]
    fn what_was_fresh_had_not_rested() {
        let stat = |time| Stat {
            place: [0; 3],
            times: [0, time],
        };
        assert!(stat(0).rested(REST + 1));
        assert!(!stat(1).rested(REST + 1));
        assert!(!stat(i64::MAX).rested(i64::MAX));
    }
}
