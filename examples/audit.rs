use pteward::tree::directory::DirectorySource;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let t = std::time::Instant::now();
    let source = DirectorySource::open(std::path::Path::new(&path)).unwrap();
    let auditor = pteward::audit::Auditor::new(&source).unwrap();
    eprintln!("new {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let audit = auditor.run(&source, &|_| {}).unwrap();
    eprintln!("run {:?} read {} parsed {} sites {} walks {}", t.elapsed(), audit.files_read, audit.files_parsed, audit.sites.len(), audit.walks.len());
    if std::env::var("Q").is_ok() { return; }
    for s in &audit.sites { println!("{}", serde_json::to_string(s).unwrap()); }
    for s in &audit.walks { println!("{}", serde_json::to_string(s).unwrap()); }
    for s in &audit.blind { println!("{}", serde_json::to_string(s).unwrap()); }
}
