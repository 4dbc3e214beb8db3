use pteward::tree::directory::DirectorySource;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let t = std::time::Instant::now();
    let source = DirectorySource::open(std::path::Path::new(&path)).unwrap();
    let headers = pteward::vocabulary::Headers::gather(&source).unwrap();
    eprintln!("gather {:?} defs {}", t.elapsed(), headers.definitions.len());
    let t = std::time::Instant::now();
    let inferred = pteward::vocabulary::infer(&headers, &Default::default());
    eprintln!("infer {:?}", t.elapsed());
    println!("kinds {:?}", headers.kinds.names());
    if std::env::var("Q").is_err() { for p in &inferred.predicates { println!("{:40} {:9} {:?} {}:{}", p.name, p.family.word(), p.accepts, p.file, p.line); }}
    println!("open {:?}", inferred.open);
}
