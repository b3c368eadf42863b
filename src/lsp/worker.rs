//! Work that may take long, beside the loop that answers messages.
//!
//! Of a policy with many rules and scenarios it takes a while to tell how they go. Meanwhile
//! edits are taken and what is wrong is shown.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use lsp_server::{ErrorCode, Message, RequestId, Response, ResponseError};
use serde_json::Value;

use super::wire::Outgoing;

/// A request that is answered later.
pub struct Job {
    /// The request.
    pub id: RequestId,
    /// What it is about: a later job about the same makes it superfluous.
    pub about: Option<String>,
    /// How it is answered.
    pub work: Box<dyn FnOnce() -> Result<Value, ResponseError> + Send>,
}

/// Begins to work on jobs, one after the other; answers go to `answer`.
pub fn start(answer: Sender<Outgoing>) -> Sender<Job> {
    let (give, jobs) = channel();
    thread::spawn(move || work(&jobs, &answer));
    give
}

fn work(jobs: &Receiver<Job>, answer: &Sender<Outgoing>) {
    while let Ok(first) = jobs.recv() {
        let waiting: Vec<Job> = std::iter::once(first).chain(jobs.try_iter()).collect();
        let about: Vec<Option<String>> = waiting.iter().map(|job| job.about.clone()).collect();
        for (index, job) in waiting.into_iter().enumerate() {
            let superseded = job.about.is_some() && about[index + 1..].contains(&job.about);
            let response_result = if superseded {
                Err(refused(ErrorCode::ServerCancelled, "a later request asks the same"))
            } else {
                let mistake = |_| Err(refused(ErrorCode::InternalError, "a mistake of ours; please report this"));
                catch_unwind(AssertUnwindSafe(job.work)).unwrap_or_else(mistake)
            };
            let response = Message::Response(Response { id: job.id, response_result });
            if answer.send(Outgoing::Message(response)).is_err() {
                return;
            }
        }
    }
}

fn refused(code: ErrorCode, message: &str) -> ResponseError {
    ResponseError { code: code as i32, message: message.to_owned(), data: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: i32, about: Option<&str>, work: impl FnOnce() -> Value + Send + 'static) -> Job {
        Job { id: id.into(), about: about.map(str::to_owned), work: Box::new(|| Ok(work())) }
    }

    #[test]
    fn every_job_is_answered_also_one_that_fails_or_is_superseded() {
        let ((give, jobs), (answer, answers)) = (channel(), channel());
        for job in [
            job(1, Some("a"), || Value::from("early")),
            job(2, None, || panic!("a mistake of ours")),
            job(3, Some("b"), || Value::from("other")),
            job(4, Some("a"), || Value::from("late")),
            job(5, None, || Value::from("last")),
        ] {
            give.send(job).unwrap();
        }
        drop(give);
        work(&jobs, &answer);
        drop(answer);
        let answers: Vec<String> = answers
            .iter()
            .map(|it| match it {
                Outgoing::Message(Message::Response(it)) => match it.response_result {
                    Ok(value) => format!("{}: {value}", it.id),
                    Err(error) => format!("{}: {}", it.id, error.code),
                },
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(answers, ["1: -32802", "2: -32603", "3: \"other\"", "4: \"late\"", "5: \"last\""]);
    }
}
