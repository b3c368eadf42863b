//! A calendar of its own, with nothing shared with the product.
//!
//! Days are numbered by the algorithms `days_from_civil` and `civil_from_days` of Howard Hinnant
//! (<https://howardhinnant.github.io/date_algorithms.html>).

/// Year, month from 1, day from 1, in the Gregorian calendar throughout.
pub type Day = (i64, i64, i64);

/// The first day that the language has.
pub const FIRST: Day = (1, 1, 1);

/// The last one.
pub const LAST: Day = (9999, 12, 31);

/// Days since 1970-01-01. A month's number may be anything: then the year moves.
pub fn number((year, month, day): Day) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    // Years begin in March, so that the day that is sometimes there is the last of one.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The day of a number.
pub fn day(number: i64) -> Day {
    let number = number + 719_468;
    let era = number.div_euclid(146_097);
    let day_of_era = number.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// As rule files and profiles write it.
pub fn written((year, month, day): Day) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}
