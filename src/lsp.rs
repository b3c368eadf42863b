//! The editor's server: `ensue lsp`, over the Language Server Protocol.
//!
//! Reads the messages of one editor and answers them, one after the other. What is wrong with a
//! file is found as for `ensue check`, and sent when no message is waiting, so that the server
//! keeps up with whoever types. Reads files and writes none.

mod completion;
mod findings;
mod hover;
mod layout;
mod lenses;
mod names;
mod navigation;
mod outline;
mod position;
mod scope;
mod server;
mod source;
mod uri;
mod wire;
mod worker;
mod workspace;

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use lsp_server::{Message, RequestId};

use server::Server;
use wire::Outgoing;

/// How the editor ended the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It asked for a shutdown first.
    InOrder,
    /// It did not, or closed the stream.
    WithoutShutdown,
}

/// Why an editor cannot be served any longer.
#[derive(Debug)]
pub enum Broken {
    /// What is read is no message of the protocol, so that where the next one begins is not known.
    Reading(io::Error),
    /// What is answered cannot be written, though somebody may read it.
    Writing(io::Error),
}

impl fmt::Display for Broken {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Reading(error) => write!(to, "the editor's messages cannot be read: {error}"),
            Broken::Writing(error) => write!(to, "what the editor is to be told cannot be written: {error}"),
        }
    }
}

/// Serves one editor until it ends the server.
///
/// # Errors
/// When messages cannot be read or written; one that cannot be understood is answered, and is no error.
pub fn serve(input: impl Read + Send + 'static, output: impl Write + Send + 'static) -> Result<Ended, Broken> {
    // Both channels hold any number of messages: whoever reads never waits for whoever answers.
    let (answer, answers) = channel::<Outgoing>();
    let (take, taken) = channel::<Message>();
    let writer = thread::spawn(move || wire::write_all(answers, output));
    let refuse = answer.clone();
    let reader = thread::spawn(move || {
        let take = |message| take.send(message).is_ok();
        wire::read_all(input, take, move |report| _ = refuse.send(report))
    });
    let last = answer.clone();
    let ended = run(&taken, Server::new(answer), || writer.is_finished());
    // What was answered is written before the program ends.
    let _ = last.send(Outgoing::End);
    match writer.join() {
        Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => return Err(Broken::Writing(error)),
        // An editor that reads no more is gone.
        Ok(_) | Err(_) => {}
    }
    match ended {
        // The reader may still wait for an editor that has said all it had to say.
        Some(ended) => Ok(ended),
        // The stream has ended: the reader knows why.
        None => reader.join().unwrap_or(Ok(())).map_err(Broken::Reading).map(|()| Ended::WithoutShutdown),
    }
}

/// Answers messages until the editor ends the server or cannot be answered; nothing, when the stream ends.
fn run(editor: &Receiver<Message>, mut server: Server, is_unheard: impl Fn() -> bool) -> Option<Ended> {
    loop {
        let first = editor.recv().ok()?;
        if is_unheard() {
            return Some(Ended::WithoutShutdown);
        }
        // All that is waiting is taken at once: a text that was edited ten times meanwhile is
        // looked at once.
        let waiting: Vec<Message> = std::iter::once(first).chain(editor.try_iter()).collect();
        let cancelled = cancelled(&waiting);
        for message in waiting {
            match message {
                Message::Request(request) if cancelled.contains(&request.id) => server.cancel(request.id),
                Message::Request(request) => server.request(request),
                Message::Notification(it) if it.method == "exit" => {
                    return Some(if server.is_shut_down() { Ended::InOrder } else { Ended::WithoutShutdown });
                }
                Message::Notification(notification) => server.notification(notification),
                Message::Response(_) => {}
            }
        }
        server.publish();
    }
}

/// The requests that a later message takes back.
fn cancelled(waiting: &[Message]) -> HashSet<RequestId> {
    let id = |message: &Message| match message {
        Message::Notification(it) if it.method == "$/cancelRequest" => {
            serde_json::from_value(it.params.get("id")?.clone()).ok()
        }
        Message::Notification(_) | Message::Request(_) | Message::Response(_) => None,
    };
    waiting.iter().filter_map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes nothing, for a reason.
    struct Refusing(io::ErrorKind);

    impl Write for Refusing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_editor_that_cannot_be_answered_is_told_from_one_that_is_gone() {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
        let sent = format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
        let ended = |why| serve(io::Cursor::new(sent.clone()), Refusing(why));
        assert!(matches!(ended(io::ErrorKind::StorageFull), Err(Broken::Writing(_))));
        assert!(matches!(ended(io::ErrorKind::BrokenPipe), Ok(Ended::WithoutShutdown)));
    }
}
