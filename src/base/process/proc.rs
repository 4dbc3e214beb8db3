//! In: /proc. Out: the processes of this machine, as far as ending them needs it. What vanishes meanwhile is left out.

use std::collections::HashSet;
use std::fs;

/// What /proc says of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) id: i32,
    pub(super) parent: i32,
    /// When it began, in clock ticks since boot: with the id it names one process for good.
    pub(super) start: u64,
    /// Resident memory in pages.
    pub(super) resident: u64,
    /// Is it dead, and only not yet waited for?
    pub(super) dead: bool,
}

/// Reads one process.
pub(super) fn read(id: i32) -> Option<Process> {
    parse(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
}

/// Reads the line of /proc/ID/stat.
fn parse(stat: &str) -> Option<Process> {
    // The name stands in parentheses and may hold some itself.
    let (id, rest) = (stat.split_once(' ')?.0, stat.rsplit_once(") ")?.1);
    let fields: Vec<&str> = rest.split(' ').collect();
    Some(Process {
        id: id.parse().ok()?,
        parent: fields.get(1)?.parse().ok()?,
        start: fields.get(19)?.parse().ok()?,
        resident: fields.get(21)?.trim().parse().ok()?,
        dead: matches!(*fields.first()?, "Z" | "X"),
    })
}

/// Lists all processes.
pub(super) fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(read)
        .collect()
}

/// Lists `leader` and all who descend from it.
pub(super) fn family(leader: i32) -> Vec<Process> {
    let all = all();
    let mut ids = HashSet::from([leader]);
    // Parents need not stand before their children.
    loop {
        let before = ids.len();
        let more = all.iter().filter(|one| ids.contains(&one.parent));
        ids = ids.iter().copied().chain(more.map(|one| one.id)).collect();
        if ids.len() == before {
            break;
        }
    }
    all.into_iter()
        .filter(|one| ids.contains(&one.id))
        .collect()
}

/// Lists the living processes that were started with `variable` (`NAME=VALUE`) in their environment.
pub(super) fn marked(variable: &str) -> Vec<Process> {
    all()
        .into_iter()
        .filter(|one| !one.dead)
        .filter(|one| {
            let environment = fs::read(format!("/proc/{}/environ", one.id)).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|entry| entry == variable.as_bytes())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_with_parentheses() {
        let line = "12 (a) b (c)) S 7 12 12 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 8192 33 18446744073709551615 1";
        let one = parse(line).unwrap();
        assert_eq!(
            (one.id, one.parent, one.start, one.resident, one.dead),
            (12, 7, 4242, 33, false)
        );
        assert_eq!(parse("12 (cut"), None);
    }

    #[test]
    fn finds_this_process() {
        let id = i32::try_from(std::process::id()).unwrap();
        assert!(family(id).iter().any(|one| one.id == id && !one.dead));
    }
}
