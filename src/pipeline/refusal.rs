//! In: nothing. Out: what a request itself refuses, beside what the rooms refuse. Each says what to do behind its `;`.

/// Why a request cannot be done as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The name is not one that commands could take.
    #[error(
        "{name:?} cannot be a name; use letters, digits and . _ + - and begin with a letter or digit"
    )]
    BadName {
        /// The name.
        name: String,
    },
    /// Neither a stored series nor a file.
    #[error(
        "{name} is neither an imported series nor a file, folder or PATH@A..B; `pteward series list` shows what is imported"
    )]
    NoSeries {
        /// What was given.
        name: String,
    },
    /// Neither a registered kernel nor a source.
    #[error(
        "{name} is neither a registered kernel nor a directory, PATH@REV, tarball, .deb or apt:PACKAGE; `pteward kernel list` shows what is registered"
    )]
    NoKernel {
        /// What was given.
        name: String,
    },
    /// All registered kernels are meant, and there is none.
    #[error("no kernel is registered; `pteward kernel add NAME SOURCE` registers one")]
    NoKernels,
    /// Mails, but no patch in them.
    #[error("{name} holds no patch; give the mails that carry the diffs")]
    NoPatch {
        /// What was given.
        name: String,
    },
    /// A command that takes one series got several.
    #[error(
        "{name} holds {count} series ({list}); import it with `pteward series import`, then name one"
    )]
    Several {
        /// What was given.
        name: String,
        /// How many.
        count: usize,
        /// Their names.
        list: String,
    },
    /// One name for several series.
    #[error("{name} holds {count} series and they cannot share one name; leave --name out")]
    OneName {
        /// What was given.
        name: String,
        /// How many.
        count: usize,
    },
    /// Neither a kernel nor a series on one.
    #[error(
        "{text} is neither a kernel nor SERIES@KERNEL or SERIES@KERNEL:K; `pteward kernel list` and `pteward series list` show what there is"
    )]
    NoState {
        /// What was given.
        text: String,
    },
    /// The series has fewer patches.
    #[error(
        "{series} has {count} patches, so there is no state {state}; give one from 0 to {count}"
    )]
    NoSuchState {
        /// The series.
        series: String,
        /// How many patches it has.
        count: u32,
        /// The state asked for.
        state: u32,
    },
    /// No config has that name.
    #[error("there is no config {name}; give one of {known}")]
    NoConfig {
        /// What was given.
        name: String,
        /// What there is.
        known: String,
    },
    /// No suite has that name.
    #[error(
        "there is no suite {name}; give hmm, mm, exclusive, or the path of a C program that ends in .c"
    )]
    NoSuite {
        /// What was given.
        name: String,
    },
    /// Nothing that can be searched.
    #[error(
        "{text} is neither SERIES@KERNEL, nor commits PATH@GOOD..BAD, nor kernels K1,K2; `pteward kernel list` and `pteward series list` show what there is"
    )]
    NoRange {
        /// What was given.
        text: String,
    },
    /// There is nothing between the ends.
    #[error("{text} has fewer than two states; give one that is good and a later one that is bad")]
    ShortRange {
        /// What was given.
        text: String,
    },
    /// No question of a search.
    #[error(
        "{text:?} is no question; give audit:FUNCTION, build, boot, test:NAME, symptom:TITLE or cmd:COMMAND"
    )]
    NoProbe {
        /// What was given.
        text: String,
    },
    /// The command of a search wants it to end.
    #[error(
        "the command ended with {code}, which is neither good nor bad; have it end with 0 for good, 125 for a skip, else with 1 to 127 for bad"
    )]
    CommandGaveUp {
        /// Its code.
        code: i32,
    },
    /// Nothing of the series is left to write.
    #[error(
        "the kernel has every patch of {series} already, so there is nothing to write; leave the option out"
    )]
    NothingToWrite {
        /// The series.
        series: String,
    },
}
