//! In: a job. Out: its bytes as they come, and how it ended; nobody of its group is left when this returns.

use super::interrupt;
use super::job::{End, Go, Job, Ran, Stream};
use super::leftover::{self, Note, VARIABLE};
use super::proc;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::io::{self, Read};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How often limits and signals are looked at while nothing is said.
const BEAT: Duration = Duration::from_millis(100);
/// How often processes and memory are counted.
const COUNTING: Duration = Duration::from_millis(500);
/// How long a child may take to end when asked to, before it is killed.
const GRACE: Duration = Duration::from_secs(1);

/// Runs `job`, hands its output to `hear` as it comes, and returns when it has ended and nobody of its group is left.
///
/// The child gets a process group of its own. At a limit, or when `hear` wants no more, the group is sent SIGTERM, and
/// after a second SIGKILL; the same happens to descendants that outlive the child. Nothing is kept: `hear` gets chunks of
/// at most 64 KiB, and the child waits while it works.
///
/// # Errors
/// When the program cannot be started or its note not written.
pub fn watch(job: &Job, hear: &mut dyn FnMut(Stream, &[u8]) -> Go) -> io::Result<Ran> {
    interrupt::catch()?;
    if interrupt::seen() {
        return Ok(Ran {
            end: End::Interrupted,
            lasted: Duration::ZERO,
        });
    }
    let mut running = Running::start(job)?;
    let end = running.listen(job, hear);
    let lasted = running.begun.elapsed();
    let status = running.finish()?;
    let end = end?.unwrap_or_else(|| ended(status));
    Ok(Ran { end, lasted })
}

/// Reads an exit status.
fn ended(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, signal) => End::Signalled(signal.unwrap_or(0)),
    }
}

/// A child that runs. Dropped, it is ended with its group.
struct Running {
    child: Child,
    group: Option<Pid>,
    out: Option<ChildStdout>,
    err: Option<ChildStderr>,
    token: String,
    _note: Option<Note>,
    begun: Instant,
    done: bool,
}

impl Running {
    #[expect(
        clippy::disallowed_methods,
        reason = "this room is the one that starts children"
    )]
    fn start(job: &Job) -> io::Result<Self> {
        let token = leftover::token();
        let note = job
            .notes
            .as_deref()
            .map(|folder| Note::write(folder, &token));
        let note = note.transpose()?;
        let mut command = Command::new(&job.program);
        command
            .args(&job.arguments)
            .env_clear()
            .envs(job.variables.iter().map(|(name, value)| (name, value)))
            .env(VARIABLE, &token)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(folder) = &job.folder {
            command.current_dir(folder);
        }
        let mut child = command.spawn()?;
        Ok(Self {
            group: i32::try_from(child.id()).ok().and_then(Pid::from_raw),
            out: child.stdout.take(),
            err: child.stderr.take(),
            child,
            token,
            _note: note,
            begun: Instant::now(),
            done: false,
        })
    }

    /// Hears the child until it has ended (`None`) or has to be ended.
    fn listen(
        &mut self,
        job: &Job,
        hear: &mut dyn FnMut(Stream, &[u8]) -> Go,
    ) -> io::Result<Option<End>> {
        let mut buffer = vec![0; 64 << 10];
        let mut heard = self.begun;
        let mut counted = self.begun;
        let mut gone: Option<Instant> = None;
        loop {
            let now = Instant::now();
            if interrupt::seen() {
                return Ok(Some(End::Interrupted));
            }
            if gone.is_none() {
                if let Some(end) = over(job, now - self.begun, now - heard) {
                    return Ok(Some(end));
                }
                if now - counted >= COUNTING {
                    counted = now;
                    if let Some(end) = self.too_much(job) {
                        return Ok(Some(end));
                    }
                }
            }
            // Asked before the pipes are: what it said before it ended is then in them.
            if gone.is_none() && self.has_ended()? {
                gone = Some(now);
            }
            let wait = match gone {
                Some(_) => Duration::ZERO,
                None => BEAT,
            };
            let mut said = false;
            for stream in self.ready(wait)? {
                let count = self.read(stream, &mut buffer)?;
                if count > 0 {
                    said = true;
                    heard = Instant::now();
                    if hear(stream, &buffer[..count]) == Go::Stop {
                        return Ok(Some(End::Stopped));
                    }
                }
            }
            // A descendant that goes on talking gets a moment, no more.
            if gone.is_some_and(|gone| !said || gone.elapsed() > GRACE) {
                return Ok(None);
            }
        }
    }

    /// Waits until a stream can be read, the child closes one, or `wait` is over.
    fn ready(&self, wait: Duration) -> io::Result<Vec<Stream>> {
        let mut streams = Vec::new();
        let mut fds: Vec<PollFd<'_>> = Vec::new();
        let all: [(Stream, Option<BorrowedFd<'_>>); 2] = [
            (Stream::Out, self.out.as_ref().map(AsFd::as_fd)),
            (Stream::Err, self.err.as_ref().map(AsFd::as_fd)),
        ];
        for (stream, fd) in all {
            if let Some(fd) = fd {
                streams.push(stream);
                fds.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
            }
        }
        // With both closed this is a sleep.
        let wait = Timespec {
            tv_sec: wait.as_secs().cast_signed(),
            tv_nsec: wait.subsec_nanos().into(),
        };
        match poll(&mut fds, Some(&wait)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready = streams.into_iter().zip(&fds);
        Ok(ready
            .filter(|(_, fd)| !fd.revents().is_empty())
            .map(|(stream, _)| stream)
            .collect())
    }

    /// Reads once; a stream at its end is closed.
    fn read(&mut self, stream: Stream, buffer: &mut [u8]) -> io::Result<usize> {
        let pipe: &mut dyn Read = match stream {
            Stream::Out => match &mut self.out {
                Some(pipe) => pipe,
                None => return Ok(0),
            },
            Stream::Err => match &mut self.err {
                Some(pipe) => pipe,
                None => return Ok(0),
            },
        };
        match pipe.read(buffer) {
            Ok(0) => match stream {
                Stream::Out => self.out = None,
                Stream::Err => self.err = None,
            },
            Ok(count) => return Ok(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(0)
    }

    /// Says whether the child has ended. It is not reaped: until then its id, and so its group's, belongs to nobody else.
    fn has_ended(&self) -> io::Result<bool> {
        let Some(id) = self.group else {
            return Ok(true);
        };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(id), options) {
            Ok(status) => Ok(status.is_some()),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Says whether the child's family has grown over its limits.
    fn too_much(&self, job: &Job) -> Option<End> {
        if job.processes.is_none() && job.memory.is_none() {
            return None;
        }
        let family = proc::family(self.group?.as_raw_nonzero().get());
        if job.processes.is_some_and(|limit| family.len() > limit) {
            return Some(End::Processes);
        }
        let pages: u64 = family.iter().map(|one| one.resident).sum();
        let bytes = pages.saturating_mul(rustix::param::page_size() as u64);
        (job.memory.is_some_and(|limit| bytes > limit)).then_some(End::Memory)
    }

    /// Ends whoever is left and reaps the child.
    fn finish(&mut self) -> io::Result<ExitStatus> {
        self.done = true;
        if let Some(group) = self.group {
            // Errors are of groups that are gone.
            if !self.has_ended()? {
                kill_process_group(group, Signal::TERM).ok();
                let asked = Instant::now();
                while !self.has_ended()? && asked.elapsed() < GRACE {
                    self.drain()?;
                }
            }
            kill_process_group(group, Signal::KILL).ok();
        }
        (self.out, self.err) = (None, None);
        let status = self.child.wait()?;
        leftover::end_marked(&self.token);
        Ok(status)
    }

    /// Throws away what a child that has been asked to end still says, so that it need not wait for us.
    fn drain(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        for stream in self.ready(Duration::from_millis(20))? {
            self.read(stream, &mut buffer)?;
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.done {
            // Somebody panicked, or a pipe broke: there is nobody to tell.
            self.finish().ok();
        }
    }
}

/// Says which limit of time is over.
fn over(job: &Job, lasted: Duration, quiet: Duration) -> Option<End> {
    if job.total.is_some_and(|limit| lasted >= limit) {
        Some(End::TotalTime)
    } else if job.silence.is_some_and(|limit| quiet >= limit) {
        Some(End::Silent)
    } else {
        None
    }
}
