//! Other engines on the work that Ensue does; `run.py` runs them side by side.
//!
//! `peers scan TABLE`, `peers csv TABLE`: a table of the article's facts. Each prints a line of JSON.

mod article;
mod scan;

use serde_json::json;

fn decode(path: &str) -> (u64, usize) {
    let mut reader = csv::ReaderBuilder::new().from_path(path).expect("the table is there");
    let (mut record, mut rows, mut bytes) = (csv::ByteRecord::new(), 0, 0);
    while reader.read_byte_record(&mut record).expect("the table is well formed") {
        rows += 1;
        bytes += record.iter().map(<[u8]>::len).sum::<usize>();
    }
    (rows, bytes)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match *arguments {
        ["scan", table] => {
            let [all, known] = scan::scan(table).map(|found| json!({"rows": found.rows, "counts": found.counts}));
            json!({"all": all, "known": known})
        }
        ["csv", table] => {
            let (rows, bytes) = decode(table);
            json!({"rows": rows, "bytes": bytes})
        }
        _ => panic!("see the first lines of the source"),
    };
    println!("{answer}");
}
