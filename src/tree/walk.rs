//! In: an open folder. Out: every regular file below it, listed or read by all cores at once.
//!
//! Folders are opened relative to their parent and listed with their entries' types, so that no path is resolved
//! twice and no file is asked for its kind. A unit of work is a folder to list or a batch of files to read: single
//! folders hold hundreds of megabytes, so folders alone would leave cores idle.

use super::beneath;
use super::source::{Choose, TreeError, Visit};
use rustix::buffer::spare_capacity;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir};
use rustix::io::Errno;
use std::ffi::{CStr, CString};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Files in a batch: enough to make a lock cheap, few enough to share out evenly.
const BATCH: usize = 32;
/// Bytes for a folder's entries: most kernel folders in one call.
const ENTRIES: usize = 32 * 1024;
/// Bytes that a reading buffer starts with: nearly every kernel source file.
const BUFFER: usize = 256 * 1024;
/// Reading buffers above this size are given back after the file.
const KEEP: usize = 8 * 1024 * 1024;

/// A folder that stays open while work in it is left.
pub(super) struct Folder {
    fd: OwnedFd,
    /// Relative to the root, `""` for the root itself.
    path: String,
}

impl Folder {
    /// Takes an open folder that stands at `path`.
    pub(super) fn new(fd: OwnedFd, path: &str) -> Self {
        Self {
            fd,
            path: path.to_owned(),
        }
    }
}

/// What a walk does with the files that it chose.
#[derive(Clone, Copy)]
pub(super) enum Deed<'d> {
    /// Gives the path alone.
    List(&'d (dyn Fn(&str) + Sync)),
    /// Reads the file.
    Read(Visit<'d>),
}

enum Task {
    Folder {
        parent: Arc<Folder>,
        name: CString,
    },
    Root(Arc<Folder>),
    /// Names with their NULs, one after the other.
    Files {
        folder: Arc<Folder>,
        names: Vec<u8>,
    },
}

/// The work that is left, shared by all threads. Last in, first out: few folders stay open.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    tasks: Vec<Task>,
    busy: usize,
    idle: usize,
    failed: Option<TreeError>,
    stop: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a task; `None` when all work is done or a thread failed.
    fn take(&self) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.stop {
                return None;
            }
            if let Some(task) = state.tasks.pop() {
                state.busy += 1;
                return Some(task);
            }
            if state.busy == 0 {
                return None;
            }
            state.idle += 1;
            state = self
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    fn add(&self, tasks: &mut Vec<Task>) {
        if tasks.is_empty() {
            return;
        }
        let mut state = self.lock();
        state.tasks.append(tasks);
        if state.idle > 0 {
            self.wake.notify_all();
        }
    }

    fn fail(&self, error: TreeError) {
        let mut state = self.lock();
        state.failed.get_or_insert(error);
        state.stop = true;
        self.wake.notify_all();
    }
}

/// Ends a task however it ends: a panic in a visitor must not leave the other threads waiting.
struct Busy<'q>(&'q Queue);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.busy -= 1;
        state.stop |= std::thread::panicking();
        if state.stop || (state.busy == 0 && state.tasks.is_empty()) {
            self.0.wake.notify_all();
        }
    }
}

/// Walks everything below `roots` and does `deed` to every regular file that `choose` takes.
///
/// Symlinks and `.git` are passed over, and so are names that are not UTF-8 and files that vanish meanwhile.
pub(super) fn walk(
    roots: Vec<Folder>,
    choose: Choose<'_>,
    deed: Deed<'_>,
) -> Result<(), TreeError> {
    let queue = Queue::default();
    queue
        .lock()
        .tasks
        .extend(roots.into_iter().map(|root| Task::Root(Arc::new(root))));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| Worker::new(&queue, choose, deed).work());
        }
        Worker::new(&queue, choose, deed).work();
    });
    let failed = queue.lock().failed.take();
    failed.map_or(Ok(()), Err)
}

/// One thread with its buffers.
struct Worker<'w> {
    queue: &'w Queue,
    choose: Choose<'w>,
    deed: Deed<'w>,
    entries: Vec<u8>,
    buffer: Vec<u8>,
    path: String,
}

impl<'w> Worker<'w> {
    fn new(queue: &'w Queue, choose: Choose<'w>, deed: Deed<'w>) -> Self {
        Self {
            queue,
            choose,
            deed,
            entries: Vec::with_capacity(ENTRIES),
            buffer: Vec::new(),
            path: String::new(),
        }
    }

    fn work(mut self) {
        while let Some(task) = self.queue.take() {
            let _busy = Busy(self.queue);
            if let Err(error) = self.task(task) {
                self.queue.fail(error);
            }
        }
    }

    fn task(&mut self, task: Task) -> Result<(), TreeError> {
        match task {
            Task::Root(folder) => self.list(&folder),
            Task::Folder { parent, name } => {
                let path = join(&parent.path, &name.to_string_lossy());
                match beneath::open_folder(&parent.fd, name.as_c_str()) {
                    Ok(fd) => {
                        drop(parent);
                        self.list(&Arc::new(Folder { fd, path }))
                    }
                    Err(error) if vanished(error) => Ok(()),
                    Err(error) => Err(refused(&path, error)),
                }
            }
            Task::Files { folder, names } => self.files(&folder, &names),
        }
    }

    /// Lists one folder: its subfolders and all batches but the first become tasks, the first is done at once.
    fn list(&mut self, folder: &Arc<Folder>) -> Result<(), TreeError> {
        let mut tasks = Vec::new();
        let mut names = Vec::new();
        let mut count = 0;
        let mut entries = std::mem::take(&mut self.entries);
        let mut listing = RawDir::new(&folder.fd, entries.spare_capacity_mut());
        while let Some(entry) = listing.next() {
            let entry = entry.map_err(|error| refused(&folder.path, error))?;
            let name = entry.file_name();
            let Ok(text) = name.to_str() else { continue };
            if matches!(text, "." | ".." | ".git") {
                continue;
            }
            match kind(&folder.fd, name, entry.file_type()) {
                FileType::Directory => {
                    tasks.push(Task::Folder {
                        parent: Arc::clone(folder),
                        name: name.to_owned(),
                    });
                }
                FileType::RegularFile if self.chosen(folder, text) => {
                    if count == BATCH {
                        tasks.push(Task::Files {
                            folder: Arc::clone(folder),
                            names: std::mem::take(&mut names),
                        });
                        count = 0;
                    }
                    names.extend_from_slice(name.to_bytes_with_nul());
                    count += 1;
                }
                _ => {}
            }
        }
        self.entries = entries;
        self.queue.add(&mut tasks);
        self.files(folder, &names)
    }

    /// Sets the path to `name` in `folder` and asks whether it is wanted.
    fn chosen(&mut self, folder: &Folder, name: &str) -> bool {
        set(&mut self.path, &folder.path, name);
        (self.choose)(&self.path)
    }

    fn files(&mut self, folder: &Folder, mut names: &[u8]) -> Result<(), TreeError> {
        while let Ok(name) = CStr::from_bytes_until_nul(names) {
            names = &names[name.to_bytes_with_nul().len()..];
            let Ok(text) = name.to_str() else { continue };
            set(&mut self.path, &folder.path, text);
            match self.deed {
                Deed::List(list) => list(&self.path),
                Deed::Read(visit) => match self.read(folder, name) {
                    Ok(()) => {
                        visit(&self.path, &self.buffer);
                        if self.buffer.capacity() > KEEP {
                            self.buffer = Vec::new();
                        }
                    }
                    Err(error) if vanished(error) => {}
                    Err(error) => return Err(refused(&self.path, error)),
                },
            }
        }
        Ok(())
    }

    /// Reads a whole file into the buffer. Its size is not asked for: reading to the end is one call less.
    fn read(&mut self, folder: &Folder, name: &CStr) -> Result<(), Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = rustix::fs::openat(&folder.fd, name, flags, Mode::empty())?;
        self.buffer.clear();
        read_to_end(&file, &mut self.buffer)
    }
}

/// Reads from where `file` stands to its end, appending to `buffer`, which grows only when it is full.
pub(super) fn read_to_end(file: &OwnedFd, buffer: &mut Vec<u8>) -> Result<(), Errno> {
    loop {
        if buffer.capacity() - buffer.len() < 4096 {
            buffer.reserve(BUFFER.max(buffer.len()));
        }
        match rustix::io::read(file, spare_capacity(buffer)) {
            Ok(0) => return Ok(()),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Trusts the listing's type, and asks only where the file system gives none.
pub(super) fn kind(folder: impl AsFd, name: &CStr, listed: FileType) -> FileType {
    if listed != FileType::Unknown {
        return listed;
    }
    rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map_or(FileType::Unknown, |stat| {
        FileType::from_raw_mode(stat.st_mode)
    })
}

/// Is this how it looks when somebody removes or replaces a file while we read?
pub(super) fn vanished(error: Errno) -> bool {
    matches!(error, Errno::NOENT | Errno::LOOP | Errno::NOTDIR)
}

pub(super) fn refused(path: &str, error: Errno) -> TreeError {
    let path = if path.is_empty() { "." } else { path };
    TreeError::Io {
        path: path.to_owned(),
        source: error.into(),
    }
}

fn set(out: &mut String, folder: &str, name: &str) {
    out.clear();
    if !folder.is_empty() {
        out.push_str(folder);
        out.push('/');
    }
    out.push_str(name);
}

pub(super) fn join(folder: &str, name: &str) -> String {
    let mut out = String::with_capacity(folder.len() + name.len() + 1);
    set(&mut out, folder, name);
    out
}
