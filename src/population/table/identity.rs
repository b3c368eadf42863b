//! Columns that look as if they told who somebody is. Such tables are refused: populations are counted,
//! and people are not to be found in what is read for it.

/// Phrases of a column's name, as words in small letters; in English, Ukrainian and Russian.
const IDENTITIES: &[&[&str]] = &[
    &["first", "name"],
    &["last", "name"],
    &["full", "name"],
    &["given", "name"],
    &["family", "name"],
    &["middle", "name"],
    &["maiden", "name"],
    &["person", "name"],
    &["respondent", "name"],
    &["father", "name"],
    &["mother", "name"],
    &["child", "name"],
    &["head", "name"],
    &["names"],
    &["firstname"],
    &["lastname"],
    &["fullname"],
    &["surname"],
    &["surnames"],
    &["forename"],
    &["patronymic"],
    &["initials"],
    &["nickname"],
    &["username"],
    &["login"],
    &["phone"],
    &["phones"],
    &["telephone"],
    &["tel"],
    &["mobile"],
    &["msisdn"],
    &["email"],
    &["e", "mail"],
    &["mail"],
    &["telegram"],
    &["viber"],
    &["whatsapp"],
    &["signal"],
    &["skype"],
    &["facebook"],
    &["instagram"],
    &["vk"],
    &["contact"],
    &["contacts"],
    &["address"],
    &["addresses"],
    &["street"],
    &["house", "number"],
    &["apartment"],
    &["flat", "number"],
    &["gps"],
    &["lat"],
    &["latitude"],
    &["lon"],
    &["lng"],
    &["longitude"],
    &["coordinates"],
    &["geolocation"],
    &["ip"],
    &["imei"],
    &["imsi"],
    &["passport"],
    &["passports"],
    &["id", "number"],
    &["id", "card"],
    &["identity", "number"],
    &["national", "id"],
    &["personal", "number"],
    &["document", "number"],
    &["tax"],
    &["tin"],
    &["itn"],
    &["ssn"],
    &["social", "security"],
    &["insurance", "number"],
    &["inn"],
    &["ipn"],
    &["rnokpp"],
    &["snils"],
    &["iban"],
    &["bank", "account"],
    &["card", "number"],
    &["account", "number"],
    &["licence", "number"],
    &["license", "number"],
    &["number", "plate"],
    &["photo"],
    &["photos"],
    &["face"],
    &["fingerprint"],
    &["signature"],
    &["biometric"],
    &["prizvyshche"],
    &["imia"],
    &["familiya"],
    &["imya"],
    &["otchestvo"],
    &["fio"],
    &["telefon"],
    &["adresa"],
    &["adres"],
    &["pasport"],
    &["ім'я"],
    &["імʼя"],
    &["імя"],
    &["прізвище"],
    &["по", "батькові"],
    &["піб"],
    &["телефон"],
    &["телефону"],
    &["телефона"],
    &["пошта"],
    &["адреса"],
    &["вулиця"],
    &["будинок"],
    &["квартира"],
    &["паспорт"],
    &["іпн"],
    &["рнокпп"],
    &["єдрпоу"],
    &["фото"],
    &["имя"],
    &["фамилия"],
    &["отчество"],
    &["фио"],
    &["почта"],
    &["адрес"],
    &["улица"],
    &["дом"],
    &["инн"],
    &["снилс"],
];

/// An exact day of birth.
const BIRTHS: &[&[&str]] = &[
    &["birth", "date"],
    &["date", "of", "birth"],
    &["birthdate"],
    &["birthday"],
    &["dob"],
    &["born"],
    &["born", "on"],
    &["day", "of", "birth"],
    &["дата", "народження"],
    &["народження"],
    &["дата", "рождения"],
    &["рождения"],
    &["data", "narodzhennia"],
    &["data", "rozhdeniya"],
];

/// A place of residence.
const PLACES: &[&[&str]] = &[
    &["residence"],
    &["place"],
    &["city"],
    &["town"],
    &["village"],
    &["settlement"],
    &["hromada"],
    &["raion"],
    &["rayon"],
    &["oblast"],
    &["district"],
    &["region"],
    &["municipality"],
    &["postcode"],
    &["postal", "code"],
    &["zip"],
    &["location"],
    &["lives", "in"],
    &["місто"],
    &["село"],
    &["громада"],
    &["район"],
    &["область"],
    &["проживання"],
    &["місце"],
    &["город"],
    &["посёлок"],
    &["поселок"],
    &["место"],
    &["проживания"],
    &["индекс"],
];

/// The words of a column's name, in small letters: parted by marks, spaces and capitals.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut small_before) = (String::new(), false);
    for letter in name.chars() {
        let inside = letter.is_alphabetic() || letter == '\'' || letter == 'ʼ';
        if !inside || (letter.is_uppercase() && small_before) {
            words.push(std::mem::take(&mut word));
        }
        if inside {
            word.extend(letter.to_lowercase());
        }
        small_before = letter.is_lowercase();
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn has(words: &[String], phrases: &[&[&str]]) -> bool {
    phrases.iter().any(|phrase| words.windows(phrase.len()).any(|part| part.iter().eq(phrase.iter())))
}

/// Whether a column's name looks like that of an identity.
pub(super) fn is_identity(name: &str) -> bool {
    let words = words(name);
    words == ["name"] || has(&words, IDENTITIES)
}

/// Whether a column's name looks like that of an exact day of birth.
pub(super) fn is_birth(name: &str) -> bool {
    let words = words(name);
    // A year or a month alone is not exact.
    has(&words, BIRTHS) && !words.iter().any(|word| ["year", "month", "рік", "год"].contains(&word.as_str()))
}

/// Whether a column's name looks like that of a place of residence.
pub(super) fn is_place(name: &str) -> bool {
    has(&words(name), PLACES)
}

#[cfg(test)]
mod tests {
    use super::{is_birth, is_identity, is_place};

    #[test]
    fn identities_are_known_by_words() {
        for name in [
            "name",
            "Name",
            "first_name",
            "FirstName",
            "respondent-name",
            "Phone",
            "phone 2",
            "eMail",
            "e-mail",
            "home_address",
            "passport",
            "passport_no",
            "PassportNumber",
            "tax_id",
            "SSN",
            "Прізвище",
            "ПІБ",
            "Номер телефону",
            "телефон",
            "Паспорт серія",
            "ИНН",
            "по батькові",
        ] {
            assert!(is_identity(name), "{name}");
        }
        for name in ["id", "weight", "region_name", "age", "household", "stratum", "nameless", "taxonomy", "shipping"] {
            assert!(!is_identity(name), "{name}");
        }
        assert!(is_birth("birth_date") && is_birth("DateOfBirth") && is_birth("Дата народження"));
        assert!(!is_birth("birth_year") && !is_birth("year_of_birth") && !is_birth("births"));
        assert!(is_place("residence") && is_place("City") && is_place("Місто") && !is_place("workplace"));
    }
}
