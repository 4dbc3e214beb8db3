//! In: an error. Out: its exit code, and what a person reads: what failed, why, what to do.

use super::exit::Exit;
use crate::base::show::visible;
use crate::boot::BootError;
use crate::kbuild::BuildError;
use crate::mail::MailError;
use crate::pipeline::Refusal;
use crate::report::ReportError;
use crate::store::StoreError;
use crate::tree::source::TreeError;
use std::io;

/// Says which exit code an error means; `None` where the reader of a pipe went away, which is no error.
pub(super) fn exit(error: &anyhow::Error) -> Option<Exit> {
    for cause in error.chain() {
        if let Some(error) = cause.downcast_ref::<StoreError>() {
            return Some(of_store(error));
        }
        if let Some(error) = cause.downcast_ref::<TreeError>() {
            return Some(of_tree(error));
        }
        if let Some(error) = cause.downcast_ref::<BootError>() {
            return Some(of_boot(error));
        }
        if let Some(error) = cause.downcast_ref::<BuildError>() {
            return Some(of_build(error));
        }
        if let Some(error) = cause.downcast_ref::<ReportError>() {
            return Some(of_report(error));
        }
        if let Some(error) = cause.downcast_ref::<MailError>() {
            return Some(of_mail(error));
        }
        if cause.is::<Refusal>() {
            return Some(Exit::Usage);
        }
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            return match error.kind() {
                io::ErrorKind::BrokenPipe => None,
                _ => Some(of_io(error)),
            };
        }
    }
    Some(Exit::Fault)
}

/// Sorts errors of the operating system: what a user named, or what the machine lacks.
fn of_io(error: &io::Error) -> Exit {
    match error.kind() {
        io::ErrorKind::StorageFull
        | io::ErrorKind::QuotaExceeded
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::OutOfMemory => Exit::Lacks,
        _ => Exit::Usage,
    }
}

/// Sorts errors of the store.
fn of_store(error: &StoreError) -> Exit {
    match error {
        StoreError::Busy { .. } | StoreError::Full { .. } => Exit::Lacks,
        StoreError::Folder { source, .. } => of_io(source),
        StoreError::NotADatabase { .. }
        | StoreError::Foreign { .. }
        | StoreError::Damaged { .. }
        | StoreError::Newer { .. }
        | StoreError::ReadOnly { .. }
        | StoreError::KernelTaken { .. }
        | StoreError::NoSuch { .. } => Exit::Usage,
        StoreError::NoSuchId { .. } | StoreError::Other { .. } => Exit::Fault,
    }
}

/// Sorts errors of the tree.
fn of_tree(error: &TreeError) -> Exit {
    match error {
        TreeError::Io { source, .. } => of_io(source),
        TreeError::Git(_) | TreeError::Unusable(_) => Exit::Usage,
        TreeError::Lacking { .. } => Exit::Lacks,
    }
}

/// Sorts errors of boots.
fn of_boot(error: &BootError) -> Exit {
    match error {
        BootError::Lacking { .. } | BootError::Log { .. } | BootError::Qemu { .. } => Exit::Lacks,
        BootError::NoImage { .. } | BootError::Plan { .. } => Exit::Usage,
        BootError::Io { source, .. } => of_io(source),
        BootError::Guest { .. } => Exit::Fault,
        BootError::Build(error) => of_build(error),
        BootError::Interrupted => Exit::Interrupted,
    }
}

/// Sorts errors of builds.
fn of_build(error: &BuildError) -> Exit {
    match error {
        BuildError::Tree(error) => of_tree(error),
        BuildError::Io { source, .. } => of_io(source),
        BuildError::Lacking { .. } | BuildError::Busy { .. } => Exit::Lacks,
        BuildError::Interrupted => Exit::Interrupted,
    }
}

/// Sorts errors of the report.
fn of_report(error: &ReportError) -> Exit {
    match error {
        ReportError::Store(error) => of_store(error),
        ReportError::Full { .. } => Exit::Lacks,
        ReportError::Io { source, .. } => of_io(source),
        ReportError::Template { .. } => Exit::Fault,
    }
}

/// Sorts errors of the mails.
fn of_mail(error: &MailError) -> Exit {
    match error {
        MailError::Io { source, .. } => of_io(source),
        MailError::Empty { .. }
        | MailError::Unknown { .. }
        | MailError::NoMails { .. }
        | MailError::TooLarge { .. }
        | MailError::Gzip { .. } => Exit::Usage,
    }
}

/// Spells an error: `error: failed to …`, a `cause:` line for each deeper cause, a `hint:` line with what to do.
///
/// By the rule of the house an error's text is "what is wrong; what to do": what stands behind the last `; ` of the
/// innermost error is the hint.
pub(super) fn text(error: &anyhow::Error, exit: Exit) -> String {
    let mut causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    // An enum that wraps another prints the inner one's text itself.
    causes.dedup_by(|inner, outer| outer.contains(inner.as_str()) || inner == outer);
    let hint = causes.last_mut().and_then(|last| {
        let (what, hint) = last.rsplit_once("; ")?;
        let (what, hint) = (what.to_owned(), hint.to_owned());
        *last = what;
        Some(hint)
    });
    let mut out = String::new();
    for (depth, cause) in causes.iter().enumerate() {
        let label = if depth == 0 { "error" } else { "cause" };
        out.push_str(&[label, ": ", &visible(cause), "\n"].concat());
    }
    let hint = hint.or_else(|| general_hint(exit).map(str::to_owned));
    if let Some(hint) = hint {
        out.push_str(&["hint: ", &visible(&hint), "\n"].concat());
    }
    out
}

/// Says what to do where the error does not.
fn general_hint(exit: Exit) -> Option<&'static str> {
    match exit {
        Exit::Usage => {
            Some("check the path or name; `pteward help COMMAND` says what can be given")
        }
        Exit::Lacks => Some("`pteward doctor` shows what this machine has and lacks"),
        Exit::Fault => {
            Some("this is a fault of pteward: please report it with the command line and this text")
        }
        Exit::NothingNew
        | Exit::Untold
        | Exit::CannotAsk
        | Exit::Interrupted
        | Exit::Found
        | Exit::DidNotApply
        | Exit::DidNotBuild
        | Exit::DidNotBoot => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn causes_and_hint_each_have_a_line() {
        let busy = StoreError::Busy {
            path: "/w/pteward.db".into(),
        };
        let error = Err::<(), _>(busy)
            .context("failed to open the workspace /w")
            .unwrap_err();
        assert_eq!(exit(&error), Some(Exit::Lacks));
        assert_eq!(
            text(&error, Exit::Lacks),
            "error: failed to open the workspace /w\ncause: another pteward is writing to /w/pteward.db\n\
             hint: try again when it is done\n"
        );
    }

    #[test]
    fn text_of_others_cannot_move_the_cursor() {
        let error = anyhow::Error::from(Refusal::NoSeries {
            name: "x\u{1b}[2J".into(),
        });
        assert!(text(&error, Exit::Usage).contains("x<U+001B>[2J"));
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let error = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe))
            .context("failed to print");
        assert_eq!(exit(&error), None);
        let full = anyhow::Error::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(exit(&full), Some(Exit::Lacks));
        assert_eq!(exit(&anyhow::anyhow!("nobody knows")), Some(Exit::Fault));
    }
}
