//! The facts of a Parquet file decoded, and nothing done with them: what reading it costs.

use std::fs::File;
use std::hint::black_box;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::article;

fn drain<T: DataType>(mut reader: ColumnReaderImpl<T>) -> usize {
    let (mut values, mut levels, mut read) = (Vec::new(), Vec::new(), 0);
    loop {
        values.clear();
        levels.clear();
        let (more, ..) = reader.read_records(4096, Some(&mut levels), None, &mut values).expect("a sound file");
        if more == 0 {
            return read;
        }
        read += black_box(&values).len();
        black_box(&levels);
    }
}

/// How many rows there are, and how many values of facts that are known.
pub fn decode(path: &str) -> (i64, usize) {
    let file = SerializedFileReader::new(File::open(path).expect("the table is there")).expect("a sound file");
    let schema = file.metadata().file_metadata().schema_descr();
    let facts: Vec<usize> =
        (0..schema.num_columns()).filter(|column| article::FACTS.contains(&schema.column(*column).name())).collect();
    let mut values = 0;
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group).expect("a sound file");
        for column in &facts {
            values += match group.get_column_reader(*column).expect("a sound file") {
                ColumnReader::BoolColumnReader(reader) => drain(reader),
                ColumnReader::Int32ColumnReader(reader) => drain(reader),
                ColumnReader::Int64ColumnReader(reader) => drain(reader),
                ColumnReader::Int96ColumnReader(reader) => drain(reader),
                ColumnReader::FloatColumnReader(reader) => drain(reader),
                ColumnReader::DoubleColumnReader(reader) => drain(reader),
                ColumnReader::ByteArrayColumnReader(reader) => drain(reader),
                ColumnReader::FixedLenByteArrayColumnReader(reader) => drain(reader),
            };
        }
    }
    (file.metadata().file_metadata().num_rows(), values)
}
