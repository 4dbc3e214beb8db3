//! In: a walker's own body. Out: the kinds that it may return at one level, per flags, and the returns that say so.
//!
//! The walker is followed once for each kind, as if every entry that it comes to were of that kind. Where a `return` may
//! say yes while the cursor points to the entry, the kind may come back to a caller.

use crate::audit::facts::Line;
use crate::flow::{FindingKind, FlagSet, Flow, Helper, Helpers};
use crate::vocabulary::{Atom, Oracle, Truth, Walker};

/// What a walker may return at one level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::audit) struct Contract {
    /// The atoms.
    pub(in crate::audit) atoms: Vec<Atom>,
    /// For each atom, the first return that lets it through.
    pub(in crate::audit) lines: Vec<Line>,
}

/// Follows the walker with every kind. `Err` says why what it may return is not known.
pub(in crate::audit) fn infer(
    oracle: &mut Oracle<'_>,
    helpers: &dyn Helpers,
    (own, walker, level): (&Helper, &Walker, &'static str),
    flags: &FlagSet,
) -> Result<Contract, String> {
    let mut contract = Contract::default();
    let atoms = oracle.atoms();
    for atom in &atoms {
        for body in &own.bodies {
            let mut flow = Flow::new(oracle, (*atom, walker, level), helpers);
            flow.file.clone_from(&own.file);
            flow.flags = flags.clone();
            let run = flow.run_walker(body, own.line);
            if let Some(lost) = run.findings.iter().find(|f| f.kind == FindingKind::Lost) {
                return Err(format!("{} at {}:{}", lost.what, lost.file, lost.line));
            }
            if let Some(hit) = run.hits.iter().find(|hit| hit.here == Truth::Either) {
                return Err(format!(
                    "of which level the entry is that {}:{} returns is not told",
                    own.file, hit.line
                ));
            }
            let hit = run.hits.iter().find(|hit| hit.here == Truth::Yes);
            if let (Some(hit), false) = (hit, contract.atoms.contains(atom)) {
                contract.atoms.push(*atom);
                contract.lines.push(Line {
                    file: own.file.clone(),
                    line: hit.line,
                    text: format!("returns {}", oracle.kind(*atom)),
                });
            }
        }
    }
    if contract.atoms.len() == atoms.len() {
        // What turns nothing away has been misread: walkers pass over empty entries.
        return Err(format!("{} is not seen to turn any kind away", walker.name));
    }
    Ok(contract)
}
