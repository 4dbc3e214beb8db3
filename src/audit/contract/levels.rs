//! In: a walker's own body. Out: the kinds that it may return at one level, per flags.
//!
//! The walker is followed once for each kind, as if every entry that it comes to were of that kind. Where a `return` may
//! say yes while the cursor points to the entry, the kind may come back to a caller.

use crate::flow::{FindingKind, FlagSet, Flow, Helper, Helpers};
use crate::vocabulary::{Atom, Oracle, Truth, Walker};

/// Follows the walker with every kind. `Err` says why what it may return is not known.
pub(in crate::audit) fn infer(
    oracle: &mut Oracle<'_>,
    helpers: &dyn Helpers,
    (own, walker, level): (&Helper, &Walker, &'static str),
    flags: &FlagSet,
) -> Result<Vec<Atom>, String> {
    let mut contract = Vec::new();
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
            let says_yes = run.hits.iter().any(|hit| hit.here == Truth::Yes);
            if says_yes && !contract.contains(atom) {
                contract.push(*atom);
            }
        }
    }
    if contract.len() == atoms.len() {
        // What turns nothing away has been misread: walkers pass over empty entries.
        return Err(format!("{} is not seen to turn any kind away", walker.name));
    }
    Ok(contract)
}
