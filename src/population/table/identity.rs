//! Columns that look as if they told who somebody is. Such tables are refused: populations are counted,
//! and people are not to be found in what is read for it.
//!
//! Only names are looked at, in small letters: in English, Ukrainian and Russian, with a few words of other
//! languages. It is a help against mistakes, and rather refuses a column too many: that can be left unread.

/// Words that tell it wherever they stand in a word, also with endings or written together.
const PARTS: &[&str] = &[
    "firstname",
    "lastname",
    "fullname",
    "surname",
    "forename",
    "nickname",
    "username",
    "patronym",
    "phone",
    "msisdn",
    "email",
    "telegram",
    "whatsapp",
    "facebook",
    "instagram",
    "address",
    "adress",
    "latitude",
    "longitude",
    "geolocat",
    "passport",
    "pasport",
    "taxid",
    "taxnumber",
    "taxpayer",
    "rnokpp",
    "snils",
    "fingerprint",
    "biometric",
    "vorname",
    "nachname",
    "prénom",
    "prenom",
    "apellido",
    "nazwisko",
    "prizvyshch",
    "famili",
    "otchestv",
    "telefon",
    "прізвищ",
    "батькові",
    "телефон",
    "пошт",
    "адрес",
    "паспорт",
    "рнокпп",
    "єдрпоу",
    "фамили",
    "отчеств",
    "почт",
    "снилс",
];

/// Words that tell it as they are.
const WORDS: &[&str] = &[
    "names",
    "initials",
    "login",
    "telephone",
    "tel",
    "mobile",
    "mail",
    "viber",
    "skype",
    "vk",
    "street",
    "apartment",
    "gps",
    "lat",
    "lon",
    "lng",
    "coordinates",
    "ip",
    "imei",
    "imsi",
    "tin",
    "itn",
    "ssn",
    "inn",
    "ipn",
    "iban",
    "photo",
    "photos",
    "signature",
    "imia",
    "imya",
    "fio",
    "adresa",
    "adres",
    "ім'я",
    "імʼя",
    "імя",
    "імені",
    "імена",
    "піб",
    "тел",
    "моб",
    "вулиця",
    "будинок",
    "квартира",
    "іпн",
    "фото",
    "имя",
    "имени",
    "имена",
    "фио",
    "улица",
    "дом",
    "инн",
];

/// Words that tell it where nothing stands beside them.
const ALONE: &[&str] = &["name", "contact", "contacts", "tax"];

/// Words that tell it together, in any order.
const TOGETHER: &[[&str; 2]] = &[
    ["name", "first"],
    ["name", "last"],
    ["name", "full"],
    ["name", "given"],
    ["name", "family"],
    ["name", "middle"],
    ["name", "maiden"],
    ["name", "person"],
    ["name", "respondent"],
    ["name", "resident"],
    ["name", "client"],
    ["name", "patient"],
    ["name", "applicant"],
    ["name", "father"],
    ["name", "mother"],
    ["name", "child"],
    ["name", "head"],
    ["contact", "details"],
    ["contact", "number"],
    ["e", "mail"],
    ["house", "number"],
    ["flat", "number"],
    ["id", "number"],
    ["id", "card"],
    ["identity", "number"],
    ["national", "id"],
    ["personal", "number"],
    ["document", "number"],
    ["tax", "id"],
    ["tax", "number"],
    ["tax", "no"],
    ["tax", "code"],
    ["social", "security"],
    ["insurance", "number"],
    ["bank", "account"],
    ["card", "number"],
    ["account", "number"],
    ["licence", "number"],
    ["license", "number"],
    ["number", "plate"],
    ["face", "image"],
    ["face", "id"],
];

/// Parts of words that tell an exact day of birth.
const BIRTH_PARTS: &[&str] = &[
    "birthdate",
    "birthday",
    "dateofbirth",
    "dayofbirth",
    "geburtsdatum",
    "geburtstag",
    "naissance",
    "народжен",
    "рожден",
];

/// Words that tell one.
const BIRTH_WORDS: &[&str] = &["dob", "born"];

/// Words that tell one together.
const BIRTHS: &[[&str; 2]] = &[
    ["birth", "date"],
    ["birth", "day"],
    ["birth", "dt"],
    ["birth", "of"],
    ["data", "narodzhennia"],
    ["data", "rozhdeniya"],
];

/// Words that say that a birth is told by its year or month, which is not exact.
const ROUGH: &[&str] = &["year", "month", "place", "рік", "год", "місце", "место"];

/// Words that tell a place of residence.
const PLACES: &[&str] = &[
    "residence",
    "place",
    "city",
    "town",
    "hometown",
    "village",
    "settlement",
    "hromada",
    "raion",
    "rayon",
    "oblast",
    "district",
    "region",
    "municipality",
    "postcode",
    "postal",
    "zip",
    "location",
    "lives",
    "місто",
    "село",
    "громада",
    "район",
    "область",
    "проживання",
    "місце",
    "город",
    "посёлок",
    "поселок",
    "место",
    "проживания",
    "индекс",
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

/// Whether some word has one of the parts, or is one of the words.
fn has(words: &[String], parts: &[&str], whole: &[&str]) -> bool {
    words.iter().any(|word| whole.contains(&word.as_str()) || parts.iter().any(|part| word.contains(part)))
}

fn has_together(words: &[String], pairs: &[[&str; 2]]) -> bool {
    pairs.iter().any(|pair| pair.iter().all(|wanted| words.iter().any(|word| word == wanted)))
}

/// Whether a column's name looks like that of an identity.
pub(super) fn is_identity(name: &str) -> bool {
    let words = words(name);
    let is_alone = matches!(&words[..], [word] if ALONE.contains(&word.as_str()));
    is_alone || has(&words, PARTS, WORDS) || has_together(&words, TOGETHER)
}

/// Whether a column's name looks like that of an exact day of birth.
pub(super) fn is_birth(name: &str) -> bool {
    let words = words(name);
    let is_one = has(&words, BIRTH_PARTS, BIRTH_WORDS) || has_together(&words, BIRTHS);
    is_one && !has(&words, &[], ROUGH)
}

/// Whether a column's name looks like that of a place of residence.
pub(super) fn is_place(name: &str) -> bool {
    has(&words(name), &[], PLACES)
}

#[cfg(test)]
mod tests {
    use super::{is_birth, is_identity, is_place};

    #[track_caller]
    fn all(are: bool, of: fn(&str) -> bool, names: &str) {
        let others: Vec<&str> = names.split('|').filter(|name| of(name) != are).collect();
        assert!(others.is_empty(), "{others:?}");
    }

    #[test]
    fn identities_are_known_by_their_names() {
        all(
            true,
            is_identity,
            "name|Name|name 2|first_name|FirstName|respondent-name|name_of_respondent|name_full|client_name|\
             resident_name|Name, Vorname|Last name, first name|Phone|phone 2|phonenumber|phone_ownership|eMail|e-mail|\
             home_address|homeaddress|passport|passport_no|passportno|PASSPORTNO|PassportNumber|tax_id|taxid|tax|SSN|\
             contact|contact number|Vorname|Nachname|prénom|adresse|Прізвище|ПІБ|Номер телефону|телефони|телефон|тел.|\
             моб|Паспорт серія|Номер паспорта|паспорта|адреси|Имена|ИНН|по батькові|Фамилия|фамилии|отчество|имени",
        );
        all(
            false,
            is_identity,
            "id|weight|region_name|name_of_region|age|household|stratum|nameless|filename|renamed|taxonomy|tax_region|\
             tax_paid|shipping|signal_quality|contact_type|face_to_face_interview|residence|owns_property|telecom|\
             cellar|nationality|citizenship|hometown|education",
        );
    }

    #[test]
    fn births_and_places_are_known_by_their_names() {
        all(
            true,
            is_birth,
            "birth_date|date_birth|DateOfBirth|dateofbirth|birth day|birth_dt|born|DOB|geburtsdatum|naissance|\
             Дата народження|дата рождения",
        );
        all(false, is_birth, "birth_year|year_of_birth|births|month_of_birth|place_of_birth|рік народження");
        all(true, is_place, "residence|City|Місто|hometown|postal_code");
        all(false, is_place, "workplace|replaced|property");
    }
}
