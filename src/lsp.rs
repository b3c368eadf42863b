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

/// What happens while an editor is served.
enum Event {
    /// A message came.
    Came(Message),
    /// No more will come.
    StreamEnded,
    /// Nothing can be answered any longer.
    Unheard,
}

/// Serves one editor until it ends the server.
///
/// # Errors
/// When messages cannot be read, or not be written though the editor is there; one that cannot be understood is
/// answered, and is no error.
pub fn serve(input: impl Read + Send + 'static, output: impl Write + Send + 'static) -> Result<Ended, Broken> {
    // Both channels hold any number of messages: whoever reads never waits for whoever answers.
    let (answer, answers) = channel::<Outgoing>();
    let (tell, events) = channel::<Event>();
    let unheard = tell.clone();
    let writer = thread::spawn(move || {
        let written = wire::write_all(answers, output);
        if written.as_ref().is_err_and(is_fault) {
            let _ = unheard.send(Event::Unheard);
        }
        written
    });
    let refuse = answer.clone();
    let reader = thread::spawn(move || {
        let take = |message| tell.send(Event::Came(message)).is_ok();
        let read = wire::read_all(input, take, move |report| _ = refuse.send(report));
        let _ = tell.send(Event::StreamEnded);
        read
    });
    let last = answer.clone();
    let ended = run(&events, Server::new(answer));
    // What was answered is written before the program ends.
    let _ = last.send(Outgoing::End);
    match writer.join() {
        Ok(Err(error)) if is_fault(&error) => return Err(Broken::Writing(error)),
        Ok(Ok(()) | Err(_)) => {}
        Err(_) => return Err(Broken::Writing(io::Error::other("a mistake of ours"))),
    }
    match ended {
        // The reader may still wait for an editor that has said all it had to say.
        Some(ended) => Ok(ended),
        // The stream has ended: the reader knows why.
        None => reader.join().unwrap_or(Ok(())).map_err(Broken::Reading).map(|()| Ended::WithoutShutdown),
    }
}

/// Whether it is a fault that something could not be written: an editor that reads no more is only gone.
fn is_fault(error: &io::Error) -> bool {
    error.kind() != io::ErrorKind::BrokenPipe
}

/// Answers messages until the editor ends the server; nothing, when no more will come or can be answered.
fn run(events: &Receiver<Event>, mut server: Server) -> Option<Ended> {
    loop {
        let first = events.recv().ok()?;
        // All that is waiting is taken at once: a text that was edited ten times meanwhile is
        // looked at once.
        let waiting: Vec<Event> = std::iter::once(first).chain(events.try_iter()).collect();
        let cancelled = cancelled(&waiting);
        let mut is_last = false;
        for event in waiting {
            match event {
                Event::StreamEnded | Event::Unheard => is_last = true,
                Event::Came(Message::Request(request)) if cancelled.contains(&request.id) => server.cancel(request.id),
                Event::Came(Message::Request(request)) => server.request(request),
                Event::Came(Message::Notification(it)) if it.method == "exit" => {
                    return Some(if server.is_shut_down() { Ended::InOrder } else { Ended::WithoutShutdown });
                }
                Event::Came(Message::Notification(notification)) => server.notification(notification),
                Event::Came(Message::Response(_)) => {}
            }
        }
        server.publish();
        if is_last {
            return None;
        }
    }
}

/// The requests that a later message takes back.
fn cancelled(waiting: &[Event]) -> HashSet<RequestId> {
    let id = |event: &Event| match event {
        Event::Came(Message::Notification(it)) if it.method == "$/cancelRequest" => {
            serde_json::from_value(it.params.get("id")?.clone()).ok()
        }
        Event::Came(_) | Event::StreamEnded | Event::Unheard => None,
    };
    waiting.iter().filter_map(id).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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

    const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
    const SHUTDOWN: &str = r#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#;
    const EXIT: &str = r#"{"jsonrpc":"2.0","method":"exit"}"#;

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    /// How the server ends where these messages come, the stream stays open, and what is answered is refused.
    fn ended(messages: &[&str], why: io::ErrorKind) -> Result<Ended, Broken> {
        let (input, mut editor) = io::pipe().expect("a pipe");
        for body in messages {
            editor.write_all(framed(body).as_bytes()).expect("it is short");
        }
        let (tell, told) = channel();
        thread::spawn(move || tell.send(serve(input, Refusing(why))));
        // Where it waits for an editor that waits for it, this is said instead of waiting too.
        let ended = told.recv_timeout(Duration::from_secs(60)).expect("the server ends");
        drop(editor);
        ended
    }

    #[test]
    fn an_editor_that_cannot_be_answered_is_not_kept_waiting() {
        let ended = ended(&[INITIALIZE], io::ErrorKind::StorageFull);
        assert!(matches!(ended, Err(Broken::Writing(error)) if error.kind() == io::ErrorKind::StorageFull));
    }

    #[test]
    fn an_editor_that_reads_no_more_ends_the_server_as_ever() {
        let gone = io::ErrorKind::BrokenPipe;
        assert!(matches!(ended(&[INITIALIZE, SHUTDOWN, EXIT], gone), Ok(Ended::InOrder)));
        assert!(matches!(ended(&[INITIALIZE, EXIT], gone), Ok(Ended::WithoutShutdown)));
        let closed = io::Cursor::new(framed(INITIALIZE));
        assert!(matches!(serve(closed, Refusing(gone)), Ok(Ended::WithoutShutdown)));
    }
}
