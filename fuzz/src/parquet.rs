//! Parquet files: any bytes, and files of drawn rows, whole or damaged.

use std::fmt::Write as _;
use std::io::{Seek, Write};
use std::sync::Arc;

use ensue::population::table::{self as product, Plan};
use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use crate::draw::Draw;
use crate::table::{self, Kept, Outcome};

const SCHEMA: &str = "message table {
  optional boolean b0; optional binary l0 (utf8); optional int64 w0; optional double n0; optional int32 d0 (date);
  optional int64 weight (decimal(18, 4)); optional int32 rows;
}";

/// Values of a column, with how a text table writes each.
struct Column<T>(Vec<Option<(T, &'static str)>>);

impl<T: Clone> Column<T> {
    fn draw(draw: &mut Draw<'_>, rows: usize, values: &[(T, &'static str)]) -> Self {
        let cell = |draw: &mut Draw<'_>| (!draw.once_in(4)).then(|| values[draw.below(values.len())].clone());
        Column((0..rows).map(|_| cell(draw)).collect())
    }

    fn text(&self, row: usize) -> &'static str {
        self.0[row].as_ref().map_or("", |(_, text)| text)
    }

    fn write<D: DataType<T = T>>(&self, group: &mut SerializedRowGroupWriter<'_, &mut Vec<u8>>) {
        let mut column = group.next_column().expect(WRITTEN).expect("a column of the schema");
        let values: Vec<T> = self.0.iter().flatten().map(|(value, _)| value.clone()).collect();
        let levels: Vec<i16> = self.0.iter().map(|cell| i16::from(cell.is_some())).collect();
        column.typed::<D>().write_batch(&values, Some(&levels), None).expect(WRITTEN);
        column.close().expect(WRITTEN);
    }
}

const WRITTEN: &str = "writing to memory does not fail";

fn properties(draw: &mut Draw<'_>) -> WriterProperties {
    let packings = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4_RAW,
    ];
    WriterProperties::builder()
        // Texts written as prefixes of one another are not read.
        .set_column_encoding(ColumnPath::from("l0"), Encoding::PLAIN)
        .set_compression(packings[draw.below(packings.len())])
        .set_writer_version([WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0][draw.below(2)])
        .set_dictionary_enabled(draw.once_in(2))
        .set_data_page_row_count_limit(1 + draw.below(4))
        .set_write_batch_size(1 + draw.below(4))
        .build()
}

/// A file, and the same rows as a text table.
fn file(draw: &mut Draw<'_>) -> (Vec<u8>, String) {
    let (mut bytes, mut text) = (Vec::new(), "b0,l0,w0,n0,d0,weight,rows\n".to_owned());
    let schema = Arc::new(parse_message_type(SCHEMA).expect("a schema"));
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties(draw))).expect(WRITTEN);
    for _ in 0..1 + draw.below(2) {
        let rows = 1 + draw.below(5);
        let b0 = Column::draw(draw, rows, &[(true, "yes"), (false, "no")]);
        let items = ["va", "vb", "vc", "other", " va "].map(|item| (ByteArray::from(item), item));
        let l0 = Column::draw(draw, rows, &items);
        let w0 = Column::draw(draw, rows, &[(0, "0"), (3, "3"), (4, "4"), (i64::MIN, "-9223372036854775808")]);
        let n0 = Column::draw(draw, rows, &[(1.25, "1.25"), (-1.0, "-1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")]);
        let d0 = Column::draw(draw, rows, &[(11_016, "2000-02-29"), (0, "1970-01-01"), (-719_162, "0001-01-01")]);
        let weight = Column::draw(draw, rows, &[(10_000, "1"), (25_000, "2.5"), (0, "0"), (-1, "-0.0001")]);
        let counted = Column::draw(draw, rows, &[(1, "1"), (0, "0"), (7, "7"), (-1, "-1")]);
        let mut group = writer.next_row_group().expect(WRITTEN);
        b0.write::<BoolType>(&mut group);
        l0.write::<ByteArrayType>(&mut group);
        w0.write::<Int64Type>(&mut group);
        n0.write::<DoubleType>(&mut group);
        d0.write::<Int32Type>(&mut group);
        weight.write::<Int64Type>(&mut group);
        counted.write::<Int32Type>(&mut group);
        group.close().expect(WRITTEN);
        for row in 0..rows {
            let cells = [
                b0.text(row),
                l0.text(row),
                w0.text(row),
                n0.text(row),
                d0.text(row),
                weight.text(row),
                counted.text(row),
            ];
            let _ = writeln!(text, "{}", cells.join(","));
        }
    }
    writer.close().expect(WRITTEN);
    (bytes, text)
}

/// Changes some bytes, or cuts some off.
fn damage(draw: &mut Draw<'_>, bytes: &mut Vec<u8>) {
    for _ in 0..1 + draw.below(4) {
        // What a file says of itself stands at its end.
        let near_end = bytes.len().min(if draw.once_in(2) { 600 } else { usize::MAX });
        let place = bytes.len() - 1 - draw.below(near_end);
        match draw.below(8) {
            0 => bytes.truncate(place + 1),
            1 => {
                bytes.remove(place);
            }
            2 => bytes.insert(place, u8::try_from(draw.below(256)).expect("a byte")),
            _ => bytes[place] = u8::try_from(draw.below(256)).expect("a byte"),
        }
        if bytes.is_empty() {
            return;
        }
    }
}

fn counted(bytes: &[u8], plan: &mut Plan<'_>, threads: usize) -> Outcome {
    plan.threads = threads;
    let mut file = tempfile::tempfile().expect("there is room for a file");
    file.write_all(bytes).and_then(|()| file.rewind()).expect("there is room for a file");
    let mut rejects = Vec::new();
    let whole = product::read_file(file, plan, Kept::default, |reject| rejects.push(reject.clone()), |_| {});
    let found = table::outcome(whole, rejects);
    table::check(&found, plan);
    found
}

/// Reads a file by one thread and by two: refused or counted, and where it is whole as its rows in a text table are.
pub fn parquet(data: &[u8]) {
    let Some((choices, rest)) = data.split_at_checked(8) else { return };
    let (plan, draw) = (&mut table::plan(&mut Draw::new(choices)), &mut Draw::new(rest));
    let (bytes, expected) = match draw.below(4) {
        0 => (rest.to_vec(), None),
        1 => {
            let (bytes, text) = file(draw);
            plan.delimiter = None;
            (bytes, Some(table::read(text.as_bytes(), plan)))
        }
        _ => {
            let (mut bytes, _) = file(draw);
            damage(draw, &mut bytes);
            (bytes, None)
        }
    };
    let one = counted(&bytes, plan, 1);
    let two = counted(&bytes, plan, 2);
    // Where a file is refused, threads may have told of other rows before.
    assert_eq!(one.0.is_ok(), two.0.is_ok(), "{:?} {:?}", one.0, two.0);
    if one.0.is_ok() {
        assert_eq!(one, two);
    }
    if let Some((expected, _)) = expected {
        assert_eq!(one.0.is_ok(), expected.is_ok(), "{:?} {expected:?}", one.0);
        assert!(expected.is_err() || one.0 == expected, "{:?} {expected:?}", one.0);
    }
}
