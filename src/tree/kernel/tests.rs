//! Kernels of three lines in every wrapping.

use super::*;
use crate::tree::source::Node;
use proptest::prelude::*;
use std::fs;
use std::sync::Mutex;

const MAKEFILE: &str =
    "# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 7\nEXTRAVERSION = -rc3\nNAME = x\n";

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn tar_xz(files: &[(&str, &[u8])]) -> Vec<u8> {
    liblzma::encode_all(&tar(files)[..], 0).unwrap()
}

fn deb(data: &str, bytes: &[u8]) -> Vec<u8> {
    let mut builder = ar::Builder::new(Vec::new());
    for (name, bytes) in [
        ("debian-binary", b"2.0\n".as_slice()),
        ("control.tar.xz", b"unread"),
        (data, bytes),
    ] {
        builder
            .append(
                &ar::Header::new(name.as_bytes().to_vec(), bytes.len() as u64),
                bytes,
            )
            .unwrap();
    }
    builder.into_inner().unwrap()
}

fn opened(text: &str, cache: &Path) -> Result<Kernel, TreeError> {
    open(&KernelSpec::parse(text)?, cache, &|_, _, _| ())
}

fn words(result: Result<Kernel, TreeError>) -> String {
    match result.err() {
        Some(TreeError::Unusable(text)) => text,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn reads_a_kernel_in_every_wrapping() {
    let dir = tempfile::tempdir().unwrap();
    let files: [(&str, &[u8]); 2] = [
        ("linux-6.12/Makefile", MAKEFILE.as_bytes()),
        ("linux-6.12/mm/a.c", b"int a;"),
    ];
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, &tar(&files)).unwrap();
    let inner = tar_xz(&files);
    let packaged = tar_xz(&[
        ("./usr/share/doc/x", b"x"),
        ("./usr/src/linux-source-6.12.tar.xz", &inner),
    ]);
    let zst = ruzstd::encoding::compress_to_vec(
        &tar(&[("usr/src/linux-source-6.12/linux-source-6.12.tar.xz", &inner)])[..],
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    for (name, bytes) in [
        ("k.tar.xz", inner.clone()),
        ("k.tgz", gz.finish().unwrap()),
        ("debian.deb", deb("data.tar.xz", &packaged)),
        ("ubuntu.deb", deb("data.tar.zst", &zst)),
    ] {
        let file = dir.path().join(name);
        fs::write(&file, bytes).unwrap();
        let said = Mutex::new(0);
        let spec = KernelSpec::parse(file.to_str().unwrap()).unwrap();
        let kernel = open(&spec, &dir.path().join("cache"), &|_, _, _| {
            *said.lock().unwrap() += 1;
        })
        .unwrap();
        assert_eq!(kernel.version, "6.12.7-rc3", "{name}");
        assert_eq!(kernel.source.bytes("mm/a.c").unwrap().unwrap(), b"int a;");
        assert!(
            kernel
                .tree
                .starts_with(dir.path().canonicalize().unwrap().join("cache/kernels")),
            "{name}"
        );
        assert_eq!(*said.lock().unwrap(), 2, "an entry, a word");
        let again = open(&spec, &dir.path().join("cache"), &|_, _, _| {
            panic!("unpacked twice")
        })
        .unwrap();
        assert_eq!(again.tree, kernel.tree);
    }
    let left: Vec<_> = fs::read_dir(dir.path().join("cache/kernels"))
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 4 + 1, "four kernels and the lock: {left:?}");
}

#[test]
fn a_broken_archive_leaves_nothing_and_a_killed_run_is_swept() {
    let dir = tempfile::tempdir().unwrap();
    let kernels = dir.path().join("kernels");
    fs::create_dir_all(kernels.join(".part-killed/linux/mm")).unwrap();
    let whole = tar_xz(&[
        ("k/Makefile", MAKEFILE.as_bytes()),
        ("k/a.c", &vec![b'x'; 100_000]),
    ]);
    for (name, bytes, expected) in [
        (
            "cut.tar.xz",
            &whole[..whole.len() / 2],
            "cannot be unpacked",
        ),
        (
            "no.tar.gz",
            b"this is text".as_slice(),
            "cannot be unpacked",
        ),
        ("empty.tar.xz", b"", "holds nothing"),
        ("no.deb", b"!<arch>\n", "no data"),
        (
            "doc.deb",
            &deb("data.tar.xz", &tar_xz(&[("./usr/share/doc/x", b"x")])),
            "no tarball",
        ),
        (
            "out.tar.xz",
            &tar_xz(&[("k/a.c", b"x")])[..60],
            "cannot be unpacked",
        ),
    ] {
        let file = dir.path().join(name);
        fs::write(&file, bytes).unwrap();
        let text = words(opened(file.to_str().unwrap(), dir.path()));
        assert!(
            text.contains(expected) && text.contains(name),
            "{name}: {text}"
        );
        let left: Vec<_> = fs::read_dir(&kernels)
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(left, [".lock"], "{name}");
    }
}

#[test]
fn says_what_is_no_kernel() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(at("empty")).unwrap();
    fs::write(at("file"), "x").unwrap();
    assert!(words(opened(&at("empty"), dir.path())).contains("holds no kernel"));
    assert!(words(opened(&at("file"), dir.path())).contains("is not a folder"));
    assert!(words(opened(&at("none"), dir.path())).contains("does not exist"));
    assert!(words(opened(&at("none.tar.xz"), dir.path())).contains("does not exist"));
    assert!(words(opened(&at("none@v6.1"), dir.path())).contains("git repository"));
    assert!(words(opened("", dir.path())).contains("no kernel is named"));
    for bad in [
        "apt:-o=Debug::x=1",
        "apt:",
        "apt:a b",
        "apt:x=",
        "apt:../x",
        "apt:x=-y",
    ] {
        assert!(
            words(opened(bad, dir.path())).contains("is no package name"),
            "{bad}"
        );
    }
}

#[test]
fn tells_specs_apart() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(at("with@at")).unwrap();
    git2::Repository::init_bare(at("repo@home")).unwrap();
    let git = |rev: &str| KernelSpec::Git {
        path: at("repo@home").into(),
        rev: rev.to_owned(),
    };
    let parse = |text: &str| KernelSpec::parse(text).unwrap();
    assert_eq!(
        parse("apt:linux-source-6.12=6.12.1"),
        KernelSpec::Apt("linux-source-6.12=6.12.1".to_owned())
    );
    assert_eq!(
        parse(&at("with@at")),
        KernelSpec::Directory(at("with@at").into())
    );
    assert_eq!(parse(&(at("repo@home") + "@v6.1")), git("v6.1"));
    assert_eq!(parse(&(at("repo@home") + "@HEAD@{1}")), git("HEAD@{1}"));
    assert_eq!(parse(&(at("repo@home") + "@a.tar.xz")), git("a.tar.xz"));
    assert_eq!(
        parse("x/k.tar.xz"),
        KernelSpec::Tarball("x/k.tar.xz".into())
    );
    assert_eq!(parse("x@y.tgz"), KernelSpec::Tarball("x@y.tgz".into()));
    assert_eq!(parse("k.deb"), KernelSpec::Deb("k.deb".into()));
    assert_eq!(
        parse("some/where"),
        KernelSpec::Directory("some/where".into())
    );
}

#[test]
fn reads_versions() {
    assert_eq!(version(MAKEFILE).unwrap(), "6.12.7-rc3");
    assert_eq!(
        version("VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL =\nEXTRAVERSION =\n").unwrap(),
        "7.2"
    );
    assert_eq!(
        version("VERSION=5\nPATCHLEVEL=10\nSUBLEVEL=0\n").unwrap(),
        "5.10.0"
    );
    for none in [
        "",
        "all:\n\tcc x.c\n",
        "VERSION = $(shell x)\nPATCHLEVEL = 1\n",
        "VERSION = 6\n",
    ] {
        assert_eq!(version(none), None);
    }
}

#[test]
fn fetches_with_apt_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    if crate::base::process::find("apt-get").is_none() {
        match opened("apt:linux-source-6.12", dir.path()) {
            Err(TreeError::Lacking { what, .. }) => assert_eq!(what, "apt-get"),
            other => panic!("{:?}", other.err()),
        }
        println!("skipped: this machine has no apt-get");
        return;
    }
    let text = words(opened("apt:linux-source-0.0-none", dir.path()));
    assert!(
        text.contains("does not offer") && text.contains("apt-get update"),
        "{text}"
    );
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        0,
        "nothing made for nothing"
    );
}

#[test]
fn a_commit_is_a_kernel() {
    let dir = tempfile::tempdir().unwrap();
    let repository = git2::Repository::init_bare(dir.path()).unwrap();
    let mut tree = repository.treebuilder(None).unwrap();
    tree.insert(
        "Makefile",
        repository.blob(MAKEFILE.as_bytes()).unwrap(),
        0o100_644,
    )
    .unwrap();
    let tree = repository.find_tree(tree.write().unwrap()).unwrap();
    let who = git2::Signature::new("A", "a@example.org", &git2::Time::new(0, 0)).unwrap();
    let id = repository
        .commit(Some("refs/heads/main"), &who, &who, "x", &tree, &[])
        .unwrap();
    let kernel = opened(&format!("{}@main", dir.path().display()), dir.path()).unwrap();
    assert_eq!(kernel.version, "6.12.7-rc3");
    assert_eq!(kernel.commit.unwrap().to_string(), id.to_string());
    assert!(matches!(
        kernel.source.node("Makefile"),
        Ok(Some(Node::File { .. }))
    ));
}

proptest! {
    #[test]
    fn any_text_is_a_spec_or_refused_and_shows_as_itself(text in "\\PC{0,40}|[a-z@:./]{0,20}") {
        if let Ok(spec) = KernelSpec::parse(&text) {
            let shown = spec.to_string();
            prop_assert_eq!(&shown, &text);
            prop_assert_eq!(KernelSpec::parse(&shown).unwrap(), spec);
        }
    }
}
