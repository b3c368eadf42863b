//! Parquet files: counted as the text table with the same rows is, however they are written; what is
//! damaged, or says that it is larger than may be, is refused.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;

use ::parquet::basic::{BrotliLevel, Compression, Encoding, GzipLevel, ZstdLevel};
use ::parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, FloatType,
    Int32Type, Int64Type,
};
use ::parquet::file::metadata::{
    ColumnChunkMetaDataBuilder, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData,
};
use ::parquet::file::properties::{WriterProperties, WriterVersion};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;
use ensue::population::coding::Coding;

use ensue::population::table::{self, Plan};
use ensue::semantics::{Engine, View};
use ensue::{Limit, Limits};
use proptest::prelude::*;

use crate::generate::{FACTS, Tape, tapes};
use crate::limits::least;
use crate::population::{Kept, Outcome, all_facts, facts, outcome, told};

/// How one column is written: its type in Parquet's own words, and its cells as texts.
struct Column {
    declared: &'static str,
    cells: Vec<Option<String>>,
}

fn decimal(text: &str, scale: usize) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<scale$}").parse().expect("digits")
}

fn days(text: &str) -> i32 {
    let date = ensue::model::Date::parse(text).expect("a date");
    let first = ensue::model::Date::parse("1970-01-01").expect("a date");
    i32::try_from(date.number() - first.number()).expect("few")
}

fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    cells: &[Option<String>],
    value: impl Fn(&str) -> T::T,
) {
    let mut column = group.next_column().unwrap().expect("a column of the schema");
    let values: Vec<T::T> = cells.iter().flatten().map(|text| value(text)).collect();
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None).unwrap();
    column.close().unwrap();
}

impl Column {
    fn write(&self, group: &mut SerializedRowGroupWriter<'_, File>, rows: std::ops::Range<usize>) {
        let cells = &self.cells[rows];
        match self.declared {
            "boolean" => put::<BoolType>(group, cells, |text| text == "yes"),
            "int32 (integer(32, true))" | "int32" | "int32 (integer(8, false))" => {
                put::<Int32Type>(group, cells, |text| if text == "yes" { 1 } else { text.parse().unwrap_or(0) });
            }
            "int64" | "int64 (integer(64, false))" => {
                put::<Int64Type>(group, cells, |text| if text == "yes" { 1 } else { text.parse().unwrap_or(0) });
            }
            "int64 (decimal(18, 4))" => {
                put::<Int64Type>(group, cells, |text| i64::try_from(decimal(text, 4)).expect("small"));
            }
            "fixed_len_byte_array(9) (decimal(20, 3))" => put::<FixedLenByteArrayType>(group, cells, |text| {
                FixedLenByteArray::from(decimal(text, 3).to_be_bytes()[7..].to_vec())
            }),
            "int32 (date)" => put::<Int32Type>(group, cells, days),
            "double" => put::<DoubleType>(group, cells, |text| text.parse().expect("a number")),
            "float" => put::<FloatType>(group, cells, |text| text.parse().expect("a number")),
            _ => put::<ByteArrayType>(group, cells, |text| ByteArray::from(text)),
        }
    }
}

/// The ways in which a fact may be written, by its kind.
fn ways(kind: &str) -> &'static [&'static str] {
    match kind {
        "yes or no" => &["boolean", "int32", "int64", "binary (utf8)"],
        "number" => {
            &["double", "float", "int64 (decimal(18, 4))", "fixed_len_byte_array(9) (decimal(20, 3))", "binary (utf8)"]
        }
        "date" => &["int32 (date)", "binary (utf8)"],
        kind if kind.starts_with("whole") => &[
            "int32 (integer(32, true))",
            "int64",
            "int64 (integer(64, false))",
            "int32 (integer(8, false))",
            "double",
            "binary",
        ],
        _ => &["binary (utf8)", "binary (enum)", "binary"],
    }
}

/// How a file is laid out.
fn properties(tape: &mut Tape<'_>) -> WriterProperties {
    let packing = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4_RAW,
    ];
    let version = [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0][tape.pick(2)];
    WriterProperties::builder()
        .set_writer_version(version)
        .set_compression(packing[tape.pick(packing.len())])
        .set_dictionary_enabled(tape.pick(2) == 1)
        .set_encoding(Encoding::PLAIN)
        .set_data_page_row_count_limit(1 + tape.pick(10))
        .set_write_batch_size(1 + tape.pick(5))
        .set_write_page_header_statistics(tape.pick(2) == 1)
        .build()
}

fn file(names: &[&str], columns: &[Column], rows: usize, group: usize, properties: WriterProperties) -> File {
    let mut schema = "message table {\n".to_owned();
    for (name, column) in names.iter().zip(columns) {
        let (kind, note) = column.declared.split_once(' ').unwrap_or((column.declared, ""));
        let _ = writeln!(schema, "  optional {kind} {name} {note};");
    }
    let schema = parse_message_type(&format!("{schema}}}")).expect("a schema");
    let file = tempfile::tempfile().unwrap();
    let mut writer =
        SerializedFileWriter::new(file.try_clone().unwrap(), Arc::new(schema), Arc::new(properties)).unwrap();
    for start in (0..rows).step_by(group) {
        let mut part = writer.next_row_group().unwrap();
        for column in columns {
            column.write(&mut part, start..rows.min(start + group));
        }
        part.close().unwrap();
    }
    writer.close().unwrap();
    rewound(file)
}

fn rewound(mut file: File) -> File {
    std::io::Seek::rewind(&mut file).unwrap();
    file
}

fn counted(file: &File, plan: &Plan<'_>) -> Outcome {
    let mut rejects = Vec::new();
    let file = rewound(file.try_clone().unwrap());
    let whole = table::read_file(file, plan, Kept::default, |reject| rejects.push(reject.clone()), |_| {});
    told(whole, rejects)
}

fn bytes(file: &File) -> Vec<u8> {
    let mut all = Vec::new();
    std::io::Read::read_to_end(&mut rewound(file.try_clone().unwrap()), &mut all).unwrap();
    all
}

fn damaged(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    rewound(file)
}

/// Rows of the generator's facts, with weights: as a text table and as a Parquet file.
fn both(tape: &mut Tape<'_>) -> (String, File) {
    let rows = 1 + tape.pick(40);
    let mut columns: Vec<Column> = Vec::new();
    for (_, kind, all) in FACTS {
        let ways = ways(kind);
        let declared = ways[tape.pick(ways.len())];
        let cell = |value: usize| match all[value].trim_matches('"') {
            "true" => "yes".to_owned(),
            "false" => "no".to_owned(),
            other => other.to_owned(),
        };
        let cells = (0..rows).map(|_| (tape.pick(3) > 0).then(|| cell(tape.pick(all.len())))).collect();
        columns.push(Column { declared, cells });
    }
    let weights = ["double", "int64", "int64 (decimal(18, 4))", "binary (utf8)"];
    let declared = weights[tape.pick(weights.len())];
    let digits = if declared == "int64" { ["3", "7", "0"] } else { ["3.5", "0.125", "12"] };
    columns.push(Column { declared, cells: (0..rows).map(|_| Some(digits[tape.pick(3)].to_owned())).collect() });
    let names: Vec<&str> = FACTS.iter().map(|(name, ..)| *name).chain(["weight"]).collect();
    let mut text = format!("{}\n", names.join(","));
    for row in 0..rows {
        let cells: Vec<&str> = columns.iter().map(|column| column.cells[row].as_deref().unwrap_or_default()).collect();
        let _ = writeln!(text, "{}", cells.join(","));
    }
    let group = 1 + tape.pick(rows);
    let properties = properties(tape);
    (text, file(&names, &columns, rows, group, properties))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same rows give the same counts, whatever holds them.
    #[test]
    fn a_file_is_counted_as_the_text_is(choices in tapes()) {
        let policy = all_facts();
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let coding = Coding::new(&engine, &facts(&policy), &[]);
        let (text, file) = both(&mut Tape::new(&choices));
        let mut plan = Plan::new(&engine, &coding);
        plan.weight = Some("weight".to_owned());
        let expected = outcome(text.as_bytes(), &plan);
        prop_assert!(expected.0.is_ok(), "{:?}\n{}", expected, text);
        for threads in 1..4 {
            plan.threads = threads;
            prop_assert_eq!(&counted(&file, &plan), &expected, "{} threads\n{}", threads, text);
        }
    }

    /// A file that is cut short is refused; one with damaged bytes is refused or read, and nothing else.
    #[test]
    fn damaged_files_are_refused(
        choices in tapes(),
        cut in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let policy = all_facts();
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let coding = Coding::new(&engine, &facts(&policy), &[]);
        let (_, file) = both(&mut Tape::new(&choices));
        let mut bytes = bytes(&file);
        let mut plan = Plan::new(&engine, &coding);
        plan.weight = Some("weight".to_owned());
        let (whole, _) = counted(&damaged(&bytes[..4 + cut.index(bytes.len() - 4)]), &plan);
        prop_assert!(whole.as_ref().is_err_and(|why| why.starts_with("Input")), "{:?}", whole);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = counted(&damaged(&bytes), &plan);
    }
}

fn refusal(bytes: &[u8], change: impl FnOnce(&mut Plan<'_>)) -> String {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let mut plan = Plan::new(&engine, &coding);
    plan.missing_as_unknown = true;
    change(&mut plan);
    counted(&damaged(bytes), &plan).0.expect_err("it is refused")
}

/// Rows with values that are none of their fact are rejected by their number, column and kind.
#[test]
fn wrong_values_are_rejected() {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let column = |declared, cells: [&str; 6]| Column {
        declared,
        cells: cells.iter().map(|cell| Some((*cell).to_owned()).filter(|cell| !cell.is_empty())).collect(),
    };
    let columns = [
        column("binary (utf8)", ["va", "CANARY", "vb", "", " vc ", "va"]),
        column("int32", ["3", "4", "-1", "2", "", "1"]),
        column("double", ["1.25", "0.1", "NaN", "1e300", "inf", "7"]),
        column("int32 (date)", ["2000-02-29", "", "", "", "", "9999-12-31"]),
        column("int64", ["3", "1", "2", "", "1", "-1"]),
        column("boolean", ["yes", "no", "yes", "no", "", "yes"]),
    ];
    let properties = WriterProperties::builder().set_dictionary_enabled(false).build();
    let file = file(&["l0", "w0", "n0", "d0", "weight", "b0"], &columns, 6, 4, properties);
    let mut plan = Plan::new(&engine, &coding);
    (plan.missing_as_unknown, plan.weight, plan.threads) = (true, Some("weight".to_owned()), 2);
    let (whole, rejects) = counted(&file, &plan);
    let found: Vec<(u64, &str, String)> =
        rejects.iter().map(|it| (it.line, it.column.as_deref().unwrap_or_default(), it.why.to_string())).collect();
    let weight = "not a weight: digits, at most 12 before the point and 18 after it".to_owned();
    let expected = [
        (2, "l0", "not a value of this fact".to_owned()),
        (3, "w0", "outside the values of this fact".to_owned()),
        (4, "n0", "not a value of this fact".to_owned()),
        (5, "n0", "not a value of this fact".to_owned()),
        (6, "weight", weight),
    ];
    assert_eq!(found, expected);
    let (sums, rows, rejected) = whole.expect("few enough are rejected");
    assert_eq!((sums.values().map(|sum| sum.0).sum::<u64>(), rows, rejected), (1, 6, 5));
    assert!(!format!("{rejects:?}").contains("CANARY"));
}

/// Columns whose type is not that of their fact, and those that look like identities, are refused before
/// a row is read.
#[test]
fn columns_of_other_types_are_refused() {
    let wrong = [
        ("b0", "double"),
        ("b0", "int32 (date)"),
        ("b0", "fixed_len_byte_array(9) (decimal(20, 3))"),
        ("l0", "int32"),
        ("l0", "boolean"),
        ("n0", "int32 (date)"),
        ("n0", "boolean"),
        ("d0", "int64"),
        ("d0", "double"),
        ("weight", "int32 (date)"),
        ("weight", "boolean"),
    ];
    let write = |name: &str, declared: &'static str| {
        let properties = WriterProperties::builder().build();
        let column = |declared| Column { declared, cells: vec![None] };
        match name {
            // A table with no fact at all is refused for that.
            "weight" => bytes(&file(&[name, "b0"], &[column(declared), column("boolean")], 1, 1, properties)),
            _ => bytes(&file(&[name], &[column(declared)], 1, 1, properties)),
        }
    };
    for (name, declared) in wrong {
        let found = refusal(&write(name, declared), |plan| plan.weight = (name == "weight").then(|| name.to_owned()));
        assert!(found.starts_with(&format!("ColumnType {{ name: {name:?}")), "{name} {declared}: {found}");
    }
    let phone = |plan: &mut Plan<'_>| plan.names[0] = "phone".to_owned();
    assert_eq!(refusal(&write("phone", "int64"), phone), "Identities { alone: [\"phone\"], together: [[], []] }");
    let all_wanted = |plan: &mut Plan<'_>| plan.missing_as_unknown = false;
    assert!(refusal(&write("note", "int64"), all_wanted).starts_with("NoneThere"));
    assert!(refusal(&write("w0", "int64"), all_wanted).starts_with("Missing"));
}

/// As many bytes at the end, in a page, and values in a dictionary are read as their limit says, and one more is
/// refused, with an option that reads it.
#[test]
fn a_file_is_read_up_to_its_limits() {
    let cells = |values: &[&str]| values.iter().map(|value| Some((*value).to_owned())).collect();
    let columns = [
        Column { declared: "binary (utf8)", cells: cells(&["va", "vb", "vc", "va", "vb"]) },
        Column { declared: "int64", cells: cells(&["1", "2", "1", "2", "1"]) },
    ];
    let properties = WriterProperties::builder().set_compression(Compression::UNCOMPRESSED).build();
    let bytes = bytes(&file(&["l0", "w0"], &columns, 5, 5, properties));
    let policy = all_facts();
    let read = |limits: Limits| {
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("it has a date");
        let coding = Coding::new(&engine, &facts(&policy), &[]);
        let mut plan = Plan::new(&engine, &coding);
        plan.missing_as_unknown = true;
        counted(&damaged(&bytes), &plan).0
    };
    let most = |limit: Limit| {
        least(limit, Limits::default(), |limits| {
            let found = read(limits);
            let option = format!("`--limit {}={}`", limit.name(), (2 * limits.of(limit)).max(1));
            assert!(
                found.as_ref().is_ok_and(|(_, rows, _)| *rows == 5)
                    || found.as_ref().is_err_and(|it| it.contains(&option)),
                "{found:?}"
            );
            found.is_ok()
        })
    };
    // Before the mark at the end stands how long that is which it ends.
    let end = bytes[bytes.len() - 8..].first_chunk().expect("four bytes");
    assert_eq!(most(Limit::FooterBytes), u64::from(u32::from_le_bytes(*end)));
    assert_eq!(most(Limit::DictionaryValues), 3);
    // The largest page is a dictionary: of numbers with eight bytes each, or of three texts, each with its length in
    // four bytes.
    assert_eq!(most(Limit::PageBytes), 3 * (4 + 2));
}

/// More rows than are read at once, in one part and in several, with faults where one ends: the same counts and the
/// same rejected rows as of a text table.
#[test]
fn many_rows_are_read_as_the_text_is() {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    const ROWS: usize = 10_000;
    let cell = |row: usize| match row {
        0 | 4_095 | 4_096 | 4_097 | 8_191 | 8_192 | 9_999 => Some("9".to_owned()),
        _ => [Some("1".to_owned()), None, Some("3".to_owned())][row % 3].clone(),
    };
    let yes = |row: usize| [Some("yes".to_owned()), Some("no".to_owned()), None][row / 5 % 3].clone();
    let count = |row: usize| (row != 5_000).then(|| (row % 7).to_string());
    let columns = [
        Column { declared: "int64", cells: (0..ROWS).map(cell).collect() },
        Column { declared: "boolean", cells: (0..ROWS).map(yes).collect() },
        Column { declared: "int64", cells: (0..ROWS).map(count).collect() },
    ];
    let mut text = "w0,b0,rows\n".to_owned();
    for row in 0..ROWS {
        let [w0, b0, rows] = [cell(row), yes(row), count(row)].map(Option::unwrap_or_default);
        let _ = writeln!(text, "{w0},{b0},{rows}");
    }
    let mut plan = Plan::new(&engine, &coding);
    plan.missing_as_unknown = true;
    for rows in [None, Some("rows".to_owned())] {
        plan.rows = rows;
        let (whole, mut rejects) = outcome(text.as_bytes(), &plan);
        assert_eq!(rejects.len(), 7 + usize::from(plan.rows.is_some()));
        // Rows stand for lines, and there is no header.
        rejects.iter_mut().for_each(|reject| reject.line -= 1);
        for group in [ROWS, 6_000, 4_096, 4_095] {
            let file = file(&["w0", "b0", "rows"], &columns, ROWS, group, WriterProperties::builder().build());
            assert_eq!(counted(&file, &plan), (whole.clone(), rejects.clone()), "parts of {group} rows");
        }
    }
}

#[test]
fn progress_is_told_part_by_part() {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let file = file(&["w0"], &[some_numbers()], 5, 2, WriterProperties::builder().build());
    let mut plan = Plan::new(&engine, &coding);
    plan.missing_as_unknown = true;
    let mut told = Vec::new();
    table::read_file(file, &plan, Kept::default, |_| {}, |read| told.push(read)).expect("it is sound");
    assert!(told.len() == 3 && told.is_sorted_by(|before, after| before < after), "{told:?}");
}

fn some_numbers() -> Column {
    Column { declared: "int64", cells: ["1", "2", "1", "2", "3"].map(|cell| Some(cell.to_owned())).to_vec() }
}

/// What is no Parquet file is read as what it is; from a pipe, which cannot be read twice, no Parquet file is.
#[cfg(unix)]
#[test]
fn files_and_pipes_are_known_by_their_beginning() {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let mut plan = Plan::new(&engine, &coding);
    plan.missing_as_unknown = true;
    let text = b"b0,w0\nyes,1\nno,2\n";
    let parquet = bytes(&file(&["w0"], &[some_numbers()], 5, 5, WriterProperties::builder().build()));
    let piped = |bytes: &[u8]| {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(bytes).unwrap();
        drop(writer);
        let read =
            table::read_file(File::from(std::os::fd::OwnedFd::from(reader)), &plan, Kept::default, |_| {}, |_| {});
        told(read, vec![]).0
    };
    let expected = outcome(text, &plan).0;
    assert!(expected.is_ok());
    assert_eq!((counted(&damaged(text), &plan).0, piped(text)), (expected.clone(), expected));
    assert!(counted(&damaged(&parquet), &plan).0.is_ok());
    assert_eq!(piped(&parquet), Err("Parquet".to_owned()));
}

/// A file of whose parts other things are said at its end.
fn said_otherwise(bytes: &[u8], change: impl Fn(RowGroupMetaData) -> RowGroupMetaData) -> Vec<u8> {
    let all = bytes::Bytes::from(bytes.to_vec());
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&all).expect("it is sound");
    let groups = metadata.row_groups().iter().cloned().map(change).collect();
    let metadata = metadata.into_builder().set_row_groups(groups).build();
    let end = bytes[bytes.len() - 8..].first_chunk().expect("four bytes");
    let mut other = bytes[..bytes.len() - 8 - u32::from_le_bytes(*end) as usize].to_vec();
    ParquetMetaDataWriter::new(&mut other, &metadata).finish().expect("it is written to memory");
    other
}

/// A file has no more rows than so many times its bytes, or 2 to the 28, however many it says that it has.
#[test]
fn what_a_file_says_of_its_rows_is_not_believed() {
    let columns = || [some_numbers()];
    let small = bytes(&file(&["note"], &columns(), 5, 2, WriterProperties::builder().build()));
    let policy = all_facts();
    let read = |limits: Limits, rows: i64| {
        let bytes = said_otherwise(&small, |group| {
            let rows = if group.num_rows() == 1 { rows } else { 0 };
            group.into_builder().set_num_rows(rows).build().expect("it is complete")
        });
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("it has a date");
        let coding = Coding::new(&engine, &facts(&policy), &[]);
        let mut plan = Plan::new(&engine, &coding);
        // No column is read: the rows are counted as they are said to be.
        (plan.missing_as_unknown, plan.ignored) = (true, plan.names.clone());
        let length = bytes.len() as u64;
        (counted(&damaged(&bytes), &plan).0.map(|(_, rows, _)| rows), length)
    };
    let most = 1 << 28;
    assert_eq!(read(Limits::default(), most).0, Ok(most.unsigned_abs()));
    for rows in [most + 1, i64::MAX, -1] {
        let why = read(Limits::default(), rows).0.expect_err("these are too many");
        assert!(why.contains("more rows than a file of its length may"), "{why}");
        assert!(why.contains("`--limit expansion=4000`"), "{why}");
    }
    let limits = Limits::default().with(Limit::Expansion, 1 << 20);
    // The same length says a number of as many digits.
    let length = read(limits, most + 1).1;
    let most = i64::try_from(length << 20).expect("few");
    assert_eq!(read(limits, most), (Ok(most.unsigned_abs()), length));
    assert!(read(limits, most + 1).0.is_err());
}

/// Where what is said of a column at the end of the file cannot be right, it is damaged, and the message says where.
#[test]
fn what_a_file_says_of_its_columns_is_looked_at() {
    let packed = WriterProperties::builder().set_compression(Compression::UNCOMPRESSED).build();
    let bytes = bytes(&file(&["w0"], &[some_numbers()], 5, 5, packed));
    type Change<'a> = &'a dyn Fn(ColumnChunkMetaDataBuilder) -> ColumnChunkMetaDataBuilder;
    let read_rows = |rows: i64, change: Change<'_>| {
        let other = said_otherwise(&bytes, |group| {
            let column = change(group.column(0).clone().into_builder()).build().expect("it is complete");
            let group = group.into_builder().set_num_rows(rows).set_column_metadata(vec![column]);
            group.build().expect("it is complete")
        });
        let policy = all_facts();
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let coding = Coding::new(&engine, &facts(&policy), &[]);
        let mut plan = Plan::new(&engine, &coding);
        plan.missing_as_unknown = true;
        (counted(&damaged(&other), &plan).0.map(|(_, rows, _)| rows), other.len())
    };
    let read = |change: Change<'_>| read_rows(5, change);
    let start = 4;
    let size = |size: i64| read(&move |column| column.set_total_compressed_size(size));
    let (whole, length) = size(1 << 12);
    let most = i64::try_from(length).expect("short") - start;
    let is_damaged = |whole: Result<u64, String>| {
        whole.is_err_and(|why| why.contains("it is damaged") && why.contains("column `w0`, part 1 of the file"))
    };
    assert!(is_damaged(whole));
    // The longest column ends with the file, which has the same length: a number below 2 to the 13 takes two bytes.
    assert_eq!(size(most), (Ok(5), length));
    assert!(is_damaged(size(most + 1).0) && is_damaged(size(-1).0));
    for count in [4, 6, -1] {
        assert!(is_damaged(read(&move |column| column.set_num_values(count)).0), "{count}");
    }
    for packing in [Compression::BROTLI(BrotliLevel::default()), Compression::LZO, Compression::LZ4] {
        assert!(is_damaged(read(&move |column| column.set_compression(packing)).0), "{packing}");
    }
    let nowhere = |column: ColumnChunkMetaDataBuilder| column.set_dictionary_page_offset(None).set_data_page_offset(-1);
    assert!(is_damaged(read(&nowhere).0));
    assert_eq!(read(&|column| column).0, Ok(5));
    // Fewer values than all agree that there are.
    for rows in [6, 5_000] {
        assert!(is_damaged(read_rows(rows, &|column| column.set_num_values(rows)).0), "{rows}");
    }
}
