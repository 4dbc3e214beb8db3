//! In: a compressed archive. Out: its plain bytes, decoded on a thread of their own.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

/// Bytes handed from one thread to the next at once.
const CHUNK: usize = 512 * 1024;
/// Chunks that wait between two threads.
const WAITING: usize = 8;
/// Memory for blocks of xz that are decoded side by side.
const XZ_THREADS_MEMORY: u64 = 256 * 1024 * 1024;
/// Memory above which an xz stream is refused.
const XZ_MEMORY: u64 = 1024 * 1024 * 1024;

/// Opens the decoder that the first bytes call for (xz, gzip, bzip2, zstd); other bytes pass as they are.
pub(super) fn decoder<'r>(input: impl Read + Send + 'r) -> io::Result<Box<dyn Read + Send + 'r>> {
    let mut input = BufReader::with_capacity(CHUNK, Filled(input));
    let start = input.fill_buf()?;
    Ok(match start {
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Box::new(Xz(Some(xz(input)?))),
        [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
        [b'B', b'Z', b'h', ..] => Box::new(bzip2::bufread::MultiBzDecoder::new(input)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Box::new(
            ruzstd::decoding::StreamingDecoder::new(input).map_err(|error| damaged(&error))?,
        ),
        _ => Box::new(input),
    })
}

fn damaged(error: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

/// Reads until the buffer is full, so that the first look sees enough bytes to tell formats apart.
struct Filled<R>(R);

impl<R: Read> Read for Filled<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut got = 0;
        while got < buffer.len() {
            match self.0.read(&mut buffer[got..]) {
                Ok(0) => break,
                Ok(more) => got += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(got)
    }
}

/// Decodes xz block by block on all cores, one stream after the other.
struct Xz<R>(Option<liblzma::bufread::XzDecoder<R>>);

fn xz<R: BufRead>(input: R) -> io::Result<liblzma::bufread::XzDecoder<R>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let stream = liblzma::stream::MtStreamBuilder::new()
        .threads(u32::try_from(threads).unwrap_or(1))
        .memlimit_threading(XZ_THREADS_MEMORY)
        .memlimit_stop(XZ_MEMORY)
        .decoder()?;
    Ok(liblzma::bufread::XzDecoder::new_stream(input, stream))
}

impl<R: BufRead> Read for Xz<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.0 {
            let got = decoder.read(buffer)?;
            if got > 0 || buffer.is_empty() {
                return Ok(got);
            }
            let mut rest = self
                .0
                .take()
                .expect("the loop holds while there is a decoder")
                .into_inner();
            if !rest.fill_buf()?.is_empty() {
                self.0 = Some(xz(rest)?);
            }
        }
        Ok(0)
    }
}

/// Counts what passes through it.
pub(super) struct Counted<'c, R> {
    /// What is read.
    pub(super) input: R,
    /// Bytes so far.
    pub(super) count: &'c AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.input.read(buffer)?;
        self.count
            .fetch_add(u64::try_from(got).unwrap_or(0), Ordering::Relaxed);
        Ok(got)
    }
}

/// The receiving end of another thread's bytes.
pub(super) struct Piped {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    at: usize,
}

impl Read for Piped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.chunk.len() {
            match self.chunks.recv() {
                Ok(chunk) => (self.chunk, self.at) = (chunk?, 0),
                Err(_) => return Ok(0),
            }
        }
        let got = buffer.len().min(self.chunk.len() - self.at);
        buffer[..got].copy_from_slice(&self.chunk[self.at..self.at + got]);
        self.at += got;
        Ok(got)
    }
}

/// Takes a thread's bytes. When nobody receives any more, `send` says so and the thread can end.
pub(super) struct Pipe(SyncSender<io::Result<Vec<u8>>>);

impl Pipe {
    /// Sends all of `input`.
    fn send(&self, input: &mut dyn Read) -> io::Result<()> {
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            input.take(CHUNK as u64).read_to_end(&mut chunk)?;
            if chunk.is_empty() || self.0.send(Ok(chunk)).is_err() {
                return Ok(());
            }
        }
    }
}

/// Runs `produce` on its own thread; what it gives to its callback is read from the result, its error too.
pub(super) fn pipe<'scope, P>(scope: &'scope Scope<'scope, '_>, produce: P) -> Piped
where
    P: FnOnce(&mut dyn FnMut(&mut dyn Read) -> io::Result<()>) -> io::Result<()> + Send + 'scope,
{
    let (sender, chunks) = sync_channel(WAITING);
    scope.spawn(move || {
        let pipe = Pipe(sender);
        if let Err(error) = produce(&mut |input| pipe.send(input)) {
            // Nobody to tell is no failure: the receiver has failed first.
            drop(pipe.0.send(Err(error)));
        }
    });
    Piped {
        chunks,
        chunk: Vec::new(),
        at: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn decoded(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        decoder(bytes)?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn decodes_what_the_first_bytes_tell() {
        let text = "some text\n".repeat(100_000).into_bytes();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&text).unwrap();
        let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bz.write_all(&text).unwrap();
        let mut xz = liblzma::encode_all(&text[..], 0).unwrap();
        let one = xz.clone();
        xz.extend_from_slice(&one);
        let zst = ruzstd::encoding::compress_to_vec(
            &text[..],
            ruzstd::encoding::CompressionLevel::Fastest,
        );
        assert_eq!(decoded(&gz.finish().unwrap()).unwrap(), text);
        assert_eq!(decoded(&bz.finish().unwrap()).unwrap(), text);
        assert_eq!(decoded(&zst).unwrap(), text);
        assert_eq!(decoded(&one).unwrap(), text);
        assert_eq!(decoded(&xz).unwrap(), text.repeat(2), "both streams");
        assert_eq!(decoded(&text).unwrap(), text);
        assert_eq!(decoded(b"").unwrap(), b"");
        assert!(decoded(&one[..one.len() / 2]).is_err(), "cut off");
    }

    #[test]
    fn a_pipe_carries_bytes_and_errors_and_may_be_left() {
        std::thread::scope(|scope| {
            let mut out = Vec::new();
            let text = vec![7; 3 * CHUNK + 5];
            let copy = text.clone();
            pipe(scope, move |send| send(&mut &copy[..]))
                .read_to_end(&mut out)
                .unwrap();
            assert_eq!(out, text);
            let failing = pipe(scope, |_| Err(io::Error::other("as asked"))).read_to_end(&mut out);
            assert_eq!(failing.unwrap_err().to_string(), "as asked");
            drop(pipe(scope, |send| send(&mut io::repeat(1))));
        });
    }
}
