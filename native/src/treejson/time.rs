//! Times as Go writes and reads them: RFC 3339 with nanoseconds, trailing zeros trimmed; always
//! written in UTC. The calendar is Howard Hinnant's ("chrono-compatible low-level date algorithms").

use std::io::Write;

/// Seconds since the epoch, and nanoseconds after them (0 to 999,999,999).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Time {
    pub seconds: i64,
    pub nanos: u32,
}

const DAY: i64 = 86_400;

/// Append `time` with its quotes. Years beyond four digits are brought to 9999 or 0, as restic does;
/// a 29 February that has no place there moves on, as in Go.
pub fn time_onto(time: Time, out: &mut Vec<u8>) {
    let (day, second) = (time.seconds.div_euclid(DAY), time.seconds.rem_euclid(DAY));
    let (year, month, day) = within_four_digits(civil(day));
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    // writing to a vector cannot fail
    let _ = write!(
        out,
        "\"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    );
    if time.nanos > 0 {
        let mut digits = *b".000000000";
        let mut rest = time.nanos;
        for digit in digits[1..].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let end = digits.iter().rposition(|digit| *digit != b'0').unwrap_or(0);
        out.extend_from_slice(&digits[..=end]);
    }
    out.extend_from_slice(b"Z\"");
}

fn within_four_digits((year, month, day): (i64, i64, i64)) -> (i64, i64, i64) {
    match year {
        0..=9999 => (year, month, day),
        _ => civil(days(year.clamp(0, 9999), month, day)),
    }
}

/// The time that RFC 3339 text names, whatever its offset; None when it is not that.
pub fn parse_time(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_at_checked(19)?;
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators
        .iter()
        .any(|(at, expected)| date[*at] != *expected)
    {
        return None;
    }
    let part = |from: usize, to: usize| digits(&date[from..to]);
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    if !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let (nanos, zone) = fraction(rest)?;
    let local = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    Some(Time {
        seconds: local - offset(zone)?,
        nanos,
    })
}

fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let Some(text) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let (fraction, rest) = text.split_at(length);
    let nanos = digits(fraction)? * 10i64.pow(9 - length as u32);
    Some((nanos as u32, rest))
}

/// Seconds east of Greenwich.
fn offset(zone: &[u8]) -> Option<i64> {
    let (sign, clock) = match zone {
        b"Z" => return Some(0),
        [b'+', clock @ ..] => (1, clock),
        [b'-', clock @ ..] => (-1, clock),
        _ => return None,
    };
    match clock {
        [hour @ .., b':', m1, m2] if hour.len() == 2 => {
            let (hour, minute) = (digits(hour)?, digits(&[*m1, *m2])?);
            (hour < 24 && minute < 60).then_some(sign * (hour * 3600 + minute * 60))
        }
        _ => None,
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

/// Days since the epoch of a date of the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days since the epoch.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(seconds: i64, nanos: u32) -> String {
        let mut out = Vec::new();
        time_onto(Time { seconds, nanos }, &mut out);
        String::from_utf8(out).unwrap().trim_matches('"').to_owned()
    }

    #[test]
    fn times_are_written_as_go_writes_them() {
        assert_eq!(text(0, 0), "1970-01-01T00:00:00Z");
        assert_eq!(text(-1, 999_999_999), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(text(500_000_000, 120_000_000), "1985-11-05T00:53:20.12Z");
        assert_eq!(text(1_000_000_000, 100), "2001-09-09T01:46:40.0000001Z");
        assert_eq!(text(15_032_385_535, 0), "2446-05-10T22:38:55Z");
        assert_eq!(text(951_782_400, 0), "2000-02-29T00:00:00Z");
        assert_eq!(text(253_407_398_400, 0), "9999-03-01T00:00:00Z"); // of 10000-02-29
        assert_eq!(text(-62_162_121_600, 0), "0000-02-29T00:00:00Z");
        assert_eq!(text(-74_784_902_400, 0), "0000-02-29T00:00:00Z"); // of -400-02-29
        assert!(text(i64::MAX, 0).starts_with("9999-"));
        assert!(text(i64::MIN, 0).starts_with("0000-"));
    }

    #[test]
    fn what_is_written_is_read_back_and_offsets_are_honoured() {
        for seconds in (-62_135_596_800..253_402_300_800).step_by(86_399 * 977) {
            let time = Time {
                seconds,
                nanos: (seconds & 0xffff) as u32 * 1000,
            };
            assert_eq!(parse_time(&text(seconds, time.nanos)), Some(time));
        }
        let time = Time {
            seconds: 1_700_000_000,
            nanos: 5,
        };
        assert_eq!(
            parse_time("2023-11-15T09:13:20.000000005+11:00"),
            Some(time)
        );
        assert_eq!(
            parse_time("2023-11-14T18:43:20.000000005-03:30"),
            Some(time)
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2023-11-15",
            "2023-11-15T09:13:20",
            "2023-13-15T09:13:20Z",
            "2023-11-15 09:13:20Z",
            "2023-11-15T09:13:20.Z",
            "2023-11-15T09:13:20.0000000001Z",
            "2023-11-15T09:13:20+1100",
            "+023-11-15T09:13:20Z",
            "2023-11-15T24:13:20Z",
            "2023-11-15T09:13:20é",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
