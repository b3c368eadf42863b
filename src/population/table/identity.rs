//! Columns that look as if they told who somebody is. Such tables are refused: populations are counted,
//! and people are not to be found in what is read for it.
//!
//! Columns are known by their names, and what is known is in the tables below: in English, Ukrainian and Russian,
//! with a few words in German, French and Polish. All are in small letters, as the words of a name are, and stand
//! in lines by their meaning, which the formatter would undo.

#![expect(clippy::indexing_slicing, reason = "a pair has two")]

/// What the names of one kind of columns are made of.
struct Names {
    /// The only word of a name: beside others it says something else.
    alone: &'static [&'static str],
    /// Words that tell it whatever stands beside them.
    words: &'static [&'static str],
    /// Such words without their endings.
    stems: &'static [&'static str],
    /// Words that tell it together, one of the first directly before one of the second.
    pairs: &'static [(&'static [&'static str], &'static [&'static str])],
}

#[rustfmt::skip]
const IDENTITIES: Names = Names {
    alone: &["name", "nom", "contact", "contacts", "контакт", "контакти", "контакты"],
    words: &[
        // Names.
        "names", "surname", "surnames", "forename", "patronymic", "initials", "nickname", "login",
        "імя", "піб", "батькові", "побатькові", "имя", "имён", "фио",
        "prizvyshche", "imia", "familiya", "imya", "otchestvo", "fio",
        "vorname", "nachname", "familienname", "prénom", "prenom", "imię", "imie", "nazwisko",
        // Ways to reach somebody.
        "phone", "phones", "telephone", "tel", "mobile", "msisdn", "email", "mail", "telegram", "viber", "whatsapp",
        "skype", "facebook", "instagram", "vk",
        "тел", "моб", "мобільний", "мобильный", "пошта", "почта", "telefon", "téléphone", "courriel",
        // Where somebody is to be found.
        "address", "addresses", "street", "apartment", "gps", "lat", "latitude", "lon", "lng", "longitude",
        "coordinates", "geolocation", "ip", "imei", "imsi",
        "вулиця", "будинок", "квартира", "улица", "дом", "adresa", "adres", "adresse", "anschrift", "strasse", "straße",
        // Documents and accounts.
        "passport", "passports", "tin", "itn", "ssn", "inn", "ipn", "rnokpp", "snils", "iban",
        "іпн", "рнокпп", "єдрпоу", "инн", "снилс", "pasport", "passeport", "personalausweis", "pesel",
        // What somebody looks like.
        "photo", "photos", "fingerprint", "signature", "biometric", "фото",
    ],
    stems: &["імен", "прізвищ", "имен", "фамили", "отчеств", "телефон", "адрес", "паспорт"],
    pairs: &[
        (OWNERS, &["name"]),
        (&["name"], OWNERS),
        (&["nom"], &["famille"]),
        (&["ім"], &["я", "ям"]),
        (NUMBERED, &["number", "no", "num", "nr"]),
        (&["haus", "ausweis", "steuer"], &["nummer"]),
        (
            &[
                "податковий", "ідентифікаційний", "телефонний", "контактний",
                "налоговый", "идентификационный", "телефонный", "контактный",
            ],
            &["номер", "код"],
        ),
        (&["national", "personal", "tax", "taxpayer"], &["id"]),
        (&["personal", "tax"], &["code"]),
        (&["contact"], &["person", "details", "info"]),
        (&["emergency"], &["contact"]),
        (&["id"], &["card"]),
        (&["social"], &["security"]),
        (&["bank"], &["account"]),
        (&["number"], &["plate"]),
    ],
};

/// Whose name it is, and which of somebody's names: of a region or a file it tells nobody.
#[rustfmt::skip]
const OWNERS: &[&str] = &[
    "first", "last", "full", "given", "family", "middle", "maiden",
    "person", "respondent", "resident", "citizen", "client", "customer", "patient", "applicant", "beneficiary",
    "member", "head", "father", "mother", "parent", "guardian", "child", "son", "daughter", "husband", "wife", "spouse",
    "owner", "holder", "user", "contact", "participant", "interviewee", "interviewer", "enumerator", "my", "your",
];

/// What has a number that tells whose it is.
#[rustfmt::skip]
const NUMBERED: &[&str] = &[
    "id", "identity", "identification", "personal", "document", "tax", "taxpayer", "insurance", "card", "account",
    "licence", "license", "contact", "house", "flat",
];

/// An exact day of birth.
const BIRTHS: Names = Names {
    alone: &[],
    words: &[
        "dob",
        "bday",
        "born",
        "рожд",
        "народж",
        "narodzhennia",
        "rozhdeniya",
        "geburtsdatum",
        "geburtstag",
        "naissance",
        "urodzenia",
    ],
    stems: &["народженн", "рождени"],
    pairs: &[(&["birth"], &["date", "day", "dt"]), (&["date", "day", "dt"], &["birth"])],
};

/// A year or a month alone is not exact.
const INEXACT: &[&str] = &["year", "month", "рік", "року", "місяць", "год", "года", "месяц", "année", "annee", "rok"];

/// With a day, a year and a month are.
const DAYS: &[&str] = &["day", "день"];

/// A place of residence.
#[rustfmt::skip]
const PLACES: Names = Names {
    alone: &[],
    words: &[
        "residence", "place", "city", "town", "hometown", "village", "settlement", "hromada", "raion", "rayon",
        "oblast", "district", "region", "municipality", "postcode", "zip", "zipcode", "location",
        "посёлок", "поселок", "індекс", "индекс", "wohnort", "ville",
    ],
    stems: &[
        "міст", "місц", "сел", "громад", "район", "област", "проживанн",
        "город", "мест", "посёлк", "поселк", "проживани", "жительств",
    ],
    pairs: &[(&["postal"], &["code"]), (&["lives"], &["in"])],
};

/// The endings of Ukrainian and Russian nouns. Other words begin as they do, and end in another way: help may be
/// `адресна`, and nobody has that for an address.
#[rustfmt::skip]
const ENDINGS: &[&str] = &[
    "", "а", "я", "о", "е", "є", "и", "і", "ї", "ы", "у", "ю", "ь", "й", "ой", "ей", "ою", "ею", "ом", "ем", "ов", "ів",
    "ам", "ям", "ами", "ями", "ах", "ях",
];

/// They stand between words, and are passed over: `date of birth`, `mother's name`, `nom de famille`.
const FILLERS: &[&str] = &["of", "the", "s", "de"];

/// Words that others are written together with, beside those of the tables.
const COMPANIONS: &[&str] = &["of", "home", "work", "cell", "postal", "current"];

/// A name that begins so asks whether somebody has one, which does not tell which one it is. (`no` is not among
/// them: it is also a number.)
#[rustfmt::skip]
const QUESTIONS: &[&str] = &[
    "has", "have", "had", "holds", "owns", "needs", "uses", "is", "do", "does", "did", "can", "without",
    "має", "чи", "наявність", "имеет", "есть", "наличие",
];

/// A name that ends so tells something about it, and not which one it is.
const ASPECTS: &[&str] = &["ownership", "access", "status", "type"];

/// Longer words are not parted, so that no name takes long.
const PARTED_BYTES: usize = 40;

impl Names {
    fn are_in(&self, words: &[&str]) -> bool {
        let is_stem = |word: &str| {
            self.stems.iter().any(|stem| word.strip_prefix(stem).is_some_and(|ending| ENDINGS.contains(&ending)))
        };
        let is_pair = |two: &[&str]| {
            self.pairs.iter().any(|(firsts, seconds)| firsts.contains(&two[0]) && seconds.contains(&two[1]))
        };
        matches!(words, [word] if self.alone.contains(word))
            || words.iter().any(|word| self.words.contains(word) || is_stem(word))
            || words.windows(2).any(is_pair)
    }
}

/// The words of a column's name, in small letters: parted by marks, spaces and capitals.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut small_before) = (String::new(), false);
    for letter in name.chars() {
        // One of the apostrophes counts as a letter elsewhere.
        let inside = letter.is_alphabetic() && letter != 'ʼ';
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
    // `D.O.B.` is one word.
    let is_letter = |word: &String| word.chars().count() == 1;
    words.chunk_by(|word, next| is_letter(word) && is_letter(next)).map(<[String]>::concat).collect()
}

/// The same words, those that are written together parted, without what only stands between them.
fn parted(words: &[String]) -> Vec<&str> {
    let parts = |word| parts(word).unwrap_or_else(|| vec![word]);
    words.iter().flat_map(|word| parts(word)).filter(|word| !FILLERS.contains(word)).collect()
}

/// The known words that a word is written together from, if it is made of nothing else: `passport`, `no`.
fn parts(word: &str) -> Option<Vec<&str>> {
    if word.len() > PARTED_BYTES {
        return None;
    }
    if word.is_empty() {
        return Some(Vec::new());
    }
    together().find_map(|known| {
        let behind = word.strip_prefix(known)?;
        let mut parts = parts(behind)?;
        parts.insert(0, &word[..known.len()]);
        Some(parts)
    })
}

/// The words that are written together. Those of births and places are not among them: who is newborn or at a
/// workplace has no day and no residence.
fn together() -> impl Iterator<Item = &'static str> {
    let pairs = IDENTITIES.pairs.iter().chain(BIRTHS.pairs).flat_map(|(firsts, seconds)| firsts.iter().chain(*seconds));
    let words = IDENTITIES.words.iter().chain(pairs).chain(COMPANIONS);
    // A letter is an ending as well.
    words.copied().filter(|word| word.chars().nth(1).is_some())
}

/// Whether a column's name looks like that of an identity.
pub(super) fn is_identity(name: &str) -> bool {
    let words = words(name);
    let is_among = |word: Option<&String>, others: &[&str]| word.is_some_and(|word| others.contains(&word.as_str()));
    let tells_which = !is_among(words.first(), QUESTIONS) && !is_among(words.last(), ASPECTS);
    tells_which && IDENTITIES.are_in(&parted(&words))
}

/// Whether a column's name looks like that of an exact day of birth.
pub(super) fn is_birth(name: &str) -> bool {
    let words = words(name);
    let words = parted(&words);
    let has = |others: &[&str]| words.iter().any(|word| others.contains(word));
    BIRTHS.are_in(&words) && (!has(INEXACT) || has(DAYS))
}

/// Whether a column's name looks like that of a place of residence.
pub(super) fn is_place(name: &str) -> bool {
    let words = words(name);
    PLACES.are_in(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::{is_birth, is_identity, is_place};

    /// Names of columns that are refused.
    const REFUSED: &[&str] = &[
        "name",
        "Name",
        "name_1",
        "first_name",
        "FirstName",
        "firstname",
        "last_names",
        "respondent-name",
        "name_of_respondent",
        "name of the head of household",
        "name_full",
        "client_name",
        "participant_name",
        "emergency_contact",
        "resident_name",
        "mother's name",
        "What is your name?",
        "clientfullname",
        "Name, Vorname",
        "Phone",
        "phone 2",
        "phonenumber",
        "cellphone",
        "contact",
        "contact_number",
        "eMail",
        "e-mail",
        "home_address",
        "homeaddress",
        "IPAddress",
        "house_no",
        "passport",
        "passport_no",
        "passportno",
        "PASSPORTNO",
        "PassportNumber",
        "tax_id",
        "taxid",
        "TaxID",
        "tax number",
        "national_id",
        "IDNumber",
        "SSN",
        "S.S.N.",
        // Whoever has a name of an account is found by it, in the table of its accounts.
        "username",
        "user_name",
        "Прізвище",
        "прізвища",
        "Ім'я",
        "ім’я",
        "імʼя",
        "імені",
        "імена",
        "ПІБ",
        "П.І.Б. респондента",
        "по батькові",
        "Номер телефону",
        "телефон",
        "телефони",
        "тел.",
        "моб",
        "моб. тел.",
        "адреса",
        "адреси",
        "Паспорт серія",
        "паспорта",
        "РНОКПП",
        "ІПН",
        "Податковий номер",
        "Имя",
        "имени",
        "Имена",
        "фамилии",
        "Фамилия, имя",
        "отчества",
        "Ф.И.О.",
        "Номер паспорта",
        "адресу",
        "телефонов",
        "ИНН",
        "СНИЛС",
        "Vorname",
        "Nachname",
        "Telefonnummer",
        "adresse",
        "l'adresse",
        "prénom",
        "Nom de famille",
        "nazwisko",
    ];

    /// Names of columns that are not refused.
    const READ: &[&str] = &[
        "id",
        "respondent_id",
        "weight",
        "age",
        "household",
        "stratum",
        "region",
        "region_name",
        "residence",
        "nameless",
        "renamed",
        "filename",
        "taxonomy",
        "tax_paid",
        "tax_region",
        "taxpayer",
        "shipping",
        "latin",
        "telecom",
        "denom",
        "cellar",
        "emailed",
        "addressed",
        "addressee",
        "nationality",
        "owns_property",
        "property_ownership",
        // A place, and nobody is known by it alone.
        "hometown",
        "signal_quality",
        "contact_type",
        "face_to_face_interview",
        "smartphone",
        // Whether somebody has one, or of which kind it is, does not tell which one.
        "has_russian_passport",
        "HasPassport",
        "without_passport",
        "is_phone_shared",
        "Do you have a phone?",
        "phone_ownership",
        "passport_status",
        "has_id_card",
        "no_account",
        "чи є паспорт",
        "Наявність паспорта",
        "есть телефон",
        // They begin as names of identities do.
        "адресна допомога",
        "паспортизація",
        "именно",
        "почти",
    ];

    /// Names of columns of exact days of birth.
    const BORN: &[&str] = &[
        "birth_date",
        "date_birth",
        "birth_dt",
        "birth day",
        "birthday",
        "birthdate",
        "DateOfBirth",
        "dateofbirth",
        "DATEOFBIRTH",
        "day_of_birth",
        "dob",
        "D.O.B.",
        "born",
        "born_on",
        "Дата народження",
        "дату народження",
        "Дата рождения",
        "Дата рождения (день, месяц, год)",
        "День рождения",
        "дата рожд.",
        "geburtsdatum",
        "naissance",
        "Date de naissance",
    ];

    /// Names of columns that tell no exact day of birth.
    const NOT_BORN: &[&str] = &[
        "birth_year",
        "year_of_birth",
        "birth_month",
        "births",
        "birthplace",
        "place_of_birth",
        "newborn",
        "firstborn",
        "Рік народження",
        "рік і місяць народження",
        "Год рождения",
        "Geburtsjahr",
        "année de naissance",
        "date",
    ];

    /// Names of columns of places of residence.
    const PLACES: &[&str] = &[
        "residence",
        "place_of_residence",
        "City",
        "hometown",
        "lives_in",
        "postal_code",
        "Місто",
        "міста",
        "Місце проживання",
        "місця проживання",
        "громади",
        "Место жительства",
        "места жительства",
        "проживанию",
        "района",
        "Wohnort",
    ];

    /// Names of columns that tell no place of residence.
    const NOT_PLACES: &[&str] = &["workplace", "replaced", "age", "capacity", "вместе", "огород"];

    #[test]
    fn columns_that_tell_who_somebody_is_are_known_by_their_names() {
        check(is_identity, REFUSED, READ);
        check(is_birth, BORN, NOT_BORN);
        check(is_place, PLACES, NOT_PLACES);
    }

    /// No name takes long, however often it could be parted.
    #[test]
    fn long_names_are_not_parted() {
        let [longest, longer] = [(5, "phonephone"), (6, "phone")].map(|(times, last)| "homeid".repeat(times) + last);
        assert_eq!((longest.len(), longer.len()), (40, 41));
        assert!(is_identity(&longest) && !is_identity(&longer));
        assert!(!is_identity(&"homeid".repeat(100_000)));
        assert!(is_identity(&format!("{} phone", "homeid".repeat(100_000))));
    }

    #[track_caller]
    fn check(is_one: fn(&str) -> bool, names: &[&str], others: &[&str]) {
        let wrong = |names: &[&str], expected| -> Vec<String> {
            names.iter().filter(|name| is_one(name) != expected).map(|name| (*name).to_owned()).collect()
        };
        let (missed, alarms) = (wrong(names, true), wrong(others, false));
        assert!(missed.is_empty() && alarms.is_empty(), "missed: {missed:?}, false alarms: {alarms:?}");
    }
}
