//! Any bytes are outlined, parsed and followed, alone and as a file of a small tree.
#![no_main]

use pteward::audit::Auditor;
use pteward::tree::directory::DirectorySource;
use pteward::tree::source::{Overlay, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

static TREE: LazyLock<(Arc<dyn Source>, Auditor)> = LazyLock::new(|| {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../patches/small-tree");
    let source = DirectorySource::open(root).expect("the small tree is there");
    let auditor = Auditor::new(&source).expect("its headers are read");
    (Arc::new(source), auditor)
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (source, auditor) = &*TREE;
    auditor.probe(bytes);
    let path = String::from("mm/any.c");
    let changed = BTreeMap::from([(path.clone(), Some((Arc::from(bytes), false)))]);
    let state = Overlay::new(Arc::clone(source), Arc::new(changed));
    auditor
        .run_on(&state, &BTreeSet::from([path]))
        .expect("it is audited");
});
