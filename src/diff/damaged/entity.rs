//! In: words with HTML's entities, whole or half-eaten. Out: words with the signs, or with the entities put back.

/// The names that browsers take for an entity even without a semicolon, with what they show.
pub(super) const LEGACY: [(&[u8], char); 100] = [
    (b"AElig", 'Æ'),
    (b"Aacute", 'Á'),
    (b"Acirc", 'Â'),
    (b"Agrave", 'À'),
    (b"Aring", 'Å'),
    (b"Atilde", 'Ã'),
    (b"Auml", 'Ä'),
    (b"Ccedil", 'Ç'),
    (b"ETH", 'Ð'),
    (b"Eacute", 'É'),
    (b"Ecirc", 'Ê'),
    (b"Egrave", 'È'),
    (b"Euml", 'Ë'),
    (b"Iacute", 'Í'),
    (b"Icirc", 'Î'),
    (b"Igrave", 'Ì'),
    (b"Iuml", 'Ï'),
    (b"Ntilde", 'Ñ'),
    (b"Oacute", 'Ó'),
    (b"Ocirc", 'Ô'),
    (b"Ograve", 'Ò'),
    (b"Oslash", 'Ø'),
    (b"Otilde", 'Õ'),
    (b"Ouml", 'Ö'),
    (b"THORN", 'Þ'),
    (b"Uacute", 'Ú'),
    (b"Ucirc", 'Û'),
    (b"Ugrave", 'Ù'),
    (b"Uuml", 'Ü'),
    (b"Yacute", 'Ý'),
    (b"aacute", 'á'),
    (b"acirc", 'â'),
    (b"acute", '´'),
    (b"aelig", 'æ'),
    (b"agrave", 'à'),
    (b"aring", 'å'),
    (b"atilde", 'ã'),
    (b"auml", 'ä'),
    (b"brvbar", '¦'),
    (b"ccedil", 'ç'),
    (b"cedil", '¸'),
    (b"cent", '¢'),
    (b"copy", '©'),
    (b"curren", '¤'),
    (b"deg", '°'),
    (b"divide", '÷'),
    (b"eacute", 'é'),
    (b"ecirc", 'ê'),
    (b"egrave", 'è'),
    (b"eth", 'ð'),
    (b"euml", 'ë'),
    (b"frac12", '½'),
    (b"frac14", '¼'),
    (b"frac34", '¾'),
    (b"iacute", 'í'),
    (b"icirc", 'î'),
    (b"iexcl", '¡'),
    (b"igrave", 'ì'),
    (b"iquest", '¿'),
    (b"iuml", 'ï'),
    (b"laquo", '«'),
    (b"macr", '¯'),
    (b"micro", 'µ'),
    (b"middot", '·'),
    (b"not", '¬'),
    (b"ntilde", 'ñ'),
    (b"oacute", 'ó'),
    (b"ocirc", 'ô'),
    (b"ograve", 'ò'),
    (b"ordf", 'ª'),
    (b"ordm", 'º'),
    (b"oslash", 'ø'),
    (b"otilde", 'õ'),
    (b"ouml", 'ö'),
    (b"para", '¶'),
    (b"plusmn", '±'),
    (b"pound", '£'),
    (b"raquo", '»'),
    (b"reg", '®'),
    (b"sect", '§'),
    (b"shy", '\u{ad}'),
    (b"sup1", '¹'),
    (b"sup2", '²'),
    (b"sup3", '³'),
    (b"szlig", 'ß'),
    (b"thorn", 'þ'),
    (b"times", '×'),
    (b"uacute", 'ú'),
    (b"ucirc", 'û'),
    (b"ugrave", 'ù'),
    (b"uml", '¨'),
    (b"uuml", 'ü'),
    (b"yacute", 'ý'),
    (b"yen", '¥'),
    (b"yuml", 'ÿ'),
    (b"lt", '<'),
    (b"gt", '>'),
    (b"amp", '&'),
    (b"quot", '"'),
    (b"nbsp", '\u{a0}'),
];

/// The longest legacy name that `text`, standing behind a `&`, begins with.
pub(super) fn legacy(text: &[u8]) -> Option<(usize, char)> {
    LEGACY
        .iter()
        .filter(|(name, _)| text.starts_with(name))
        .max_by_key(|(name, _)| name.len())
        .map(|&(name, sign)| (name.len(), sign))
}

/// Signs that a C source hardly has, but for entities that a page ate.
fn eaten(sign: char) -> Option<&'static [u8]> {
    if !sign.is_ascii() && !sign.is_alphabetic() {
        LEGACY
            .iter()
            .find(|&&(_, shown)| shown == sign)
            .map(|&(name, _)| name)
    } else {
        None
    }
}

/// Puts back `&not` for `¬` and the like, where a letter follows: so they came from a name that was eaten.
pub fn restore_entities(word: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(word) else {
        return word.to_vec();
    };
    if text.is_ascii() {
        return word.to_vec();
    }
    let mut out = Vec::with_capacity(word.len() + 8);
    let mut rest = text.chars().peekable();
    while let Some(sign) = rest.next() {
        let named = rest
            .peek()
            .is_some_and(|&next| next.is_ascii_alphanumeric() || "_->.[".contains(next));
        match eaten(sign).filter(|_| named) {
            Some(name) => {
                out.push(b'&');
                out.extend_from_slice(name);
            }
            None => out.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out
}

/// Decodes one entity that ends with a semicolon: (bytes taken, what it stands for).
pub(super) fn decode(text: &[u8]) -> Option<(usize, char)> {
    let body = text.strip_prefix(b"&")?;
    let end = body.iter().take(10).position(|&byte| byte == b';')?;
    let name = &body[..end];
    let sign = match name.strip_prefix(b"#") {
        Some(number) => {
            let digits = std::str::from_utf8(number).ok()?;
            let value = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(value).filter(|&sign| sign >= ' ')?
        }
        None if name == b"apos" => '\'',
        None => LEGACY.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((end + 2, sign))
}
