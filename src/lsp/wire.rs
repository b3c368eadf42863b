//! Messages as they come in and go out, each after a head that tells its length.
//!
//! Reading is our own and not `lsp_server`'s: one message that cannot be understood is answered
//! here, and the next one is read.

use std::io::{self, BufRead, BufReader, Read, Write};

use lsp_server::{ErrorCode, Message, Response};
use serde_json::{Value, json};

/// The longest message that is read, in bytes: four times the longest rule file.
const LONGEST: usize = 64 << 20;

/// The longest line of a head, in bytes.
const LONGEST_LINE: u64 = 4_096;

/// What is sent to the editor.
#[derive(Debug)]
pub enum Outgoing {
    /// A message of the protocol.
    Message(Message),
    /// That something was no message, where it cannot be told whose it was.
    NoMessage(&'static str),
    /// Nothing: this is the last.
    End,
}

/// Reads messages until the stream ends or `take` wants no more; what is none is answered.
///
/// # Errors
/// When a head is malformed: where the next message begins is then not known.
pub fn read_all(
    input: impl Read,
    mut take: impl FnMut(Message) -> bool,
    mut answer: impl FnMut(Outgoing),
) -> io::Result<()> {
    let mut input = BufReader::new(input);
    while let Some(length) = head(&mut input)? {
        let mut body = Vec::new();
        if (&mut input).take(length as u64).read_to_end(&mut body)? < length {
            return Ok(()); // The stream ended inside a message: the editor is gone.
        }
        match message(&body) {
            Ok(message) => {
                if !take(message) {
                    return Ok(());
                }
            }
            Err(report) => answer(report),
        }
    }
    Ok(())
}

/// The length of the next message; nothing at the end of the stream.
fn head(input: &mut impl BufRead) -> io::Result<Option<usize>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        input.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_suffix('\n').ok_or_else(|| malformed("a line of a head does not end"))?;
        let line = line.trim_end();
        if line.is_empty() {
            return length.map(Some).ok_or_else(|| malformed("a head has no `Content-Length`"));
        }
        let (name, value) = line.split_once(':').ok_or_else(|| malformed("a line of a head has no `:`"))?;
        if name.eq_ignore_ascii_case("content-length") {
            let parsed = value.trim().parse().ok().filter(|length| *length <= LONGEST);
            length = Some(parsed.ok_or_else(|| malformed("a message is too long, or its length is no number"))?);
        }
    }
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads one message, or says why it is none.
fn message(body: &[u8]) -> Result<Message, Outgoing> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Outgoing::NoMessage("this is no JSON"))?;
    serde_json::from_value(value.clone()).map_err(|_| {
        let id = value.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
        match id {
            Some(id) => {
                let code = ErrorCode::InvalidRequest as i32;
                Outgoing::Message(Response::new_err(id, code, "this is no message of the protocol".to_owned()).into())
            }
            None => Outgoing::NoMessage("this is no message of the protocol"),
        }
    })
}

/// Writes messages until there are no more, or nobody reads them.
///
/// # Errors
/// When the stream cannot be written to.
pub fn write_all(messages: impl IntoIterator<Item = Outgoing>, mut output: impl Write) -> io::Result<()> {
    for message in messages {
        match message {
            Outgoing::Message(message) => message.write(&mut output)?,
            Outgoing::NoMessage(what) => {
                let code = ErrorCode::ParseError as i32;
                let body = json!({"jsonrpc": "2.0", "id": null, "error": {"code": code, "message": what}}).to_string();
                write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())?;
                output.flush()?;
            }
            Outgoing::End => break,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out its bytes in pieces of the given size.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    fn read(bytes: &[u8], piece: usize) -> (Vec<String>, usize, bool) {
        let (mut methods, mut refused) = (Vec::new(), 0);
        let take = |message| {
            methods.push(match message {
                Message::Request(it) => it.method,
                Message::Notification(it) => it.method,
                Message::Response(_) => "response".to_owned(),
            });
            true
        };
        let read = read_all(Drops(bytes, piece), take, |_| refused += 1);
        (methods, refused, read.is_ok())
    }

    #[test]
    fn what_is_no_message_is_answered_and_the_next_one_is_read() {
        let sent = [
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"}",
            "{\"jsonrpc\"",
            "[1, 2]",
            "{\"id\":7}",
            "\u{1F600}",
            "",
            "{\"method\":\"ü\",\"params\":{\"n\":12345678901234567890.5}}",
            "{\"id\":\"x\",\"result\":null}",
        ];
        let stream: String = sent.into_iter().map(framed).collect();
        for piece in 1..9 {
            let expected = ["a", "ü", "response"].map(str::to_owned).to_vec();
            assert_eq!(read(stream.as_bytes(), piece), (expected, 5, true), "{piece} bytes at a time");
        }
    }

    #[test]
    fn heads_are_read_as_the_protocol_has_them() {
        let body = "{\"method\":\"a\"}";
        for head in ["content-length: 14\r\n\r\n", "Content-Type: x; charset=utf-8\r\nContent-Length:14\r\n\r\n"] {
            assert_eq!(read(format!("{head}{body}").as_bytes(), 100), (vec!["a".to_owned()], 0, true), "{head}");
        }
        for head in
            ["\r\n", "Content-Length: x\r\n\r\n", "Content-Length\r\n\r\n", "Content-Length: 99999999999\r\n\r\n"]
        {
            assert_eq!(read(format!("{head}{body}").as_bytes(), 100), (vec![], 0, false), "{head}");
        }
        assert_eq!(read("a".repeat(10_000).as_bytes(), 100), (vec![], 0, false));
        assert_eq!(read(b"", 1), (vec![], 0, true));
        assert_eq!(read(b"Content-Length: 14\r\n\r\n{\"meth", 1), (vec![], 0, true), "the stream ended in a message");
    }
}
