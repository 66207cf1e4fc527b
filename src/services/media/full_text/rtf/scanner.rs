//! Splits RTF into braces, control words and bytes of text.

/// A piece of RTF.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `\name123`
    Word(&'t str, Option<i32>),
    /// `\~` and the like
    Symbol(u8),
    /// A byte of text, also as `\'hh`.
    Byte(u8),
}

/// The pieces of RTF in their order.
pub(super) struct Scanner<'t> {
    rest: &'t [u8],
}

impl<'t> Scanner<'t> {
    pub(super) const fn new(rtf: &'t [u8]) -> Self {
        Self { rest: rtf }
    }

    /// What follows a backslash.
    fn control(&mut self) -> Option<Token<'t>> {
        let first = *self.rest.first()?;
        if !first.is_ascii_alphabetic() {
            self.rest = &self.rest[1..];
            return Some(match first {
                b'\'' => return self.hexadecimal(),
                b'\\' | b'{' | b'}' => Token::Byte(first),
                symbol => Token::Symbol(symbol),
            });
        }
        let name = self.take_while(|byte| byte.is_ascii_alphabetic());
        let is_negative = self.rest.first() == Some(&b'-');
        if is_negative {
            self.rest = &self.rest[1..];
        }
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        let number: Option<i32> = str::from_utf8(digits).ok()?.parse().ok();
        let number = number.map(|number| if is_negative { -number } else { number });
        if self.rest.first() == Some(&b' ') {
            self.rest = &self.rest[1..];
        }
        let name = str::from_utf8(name).ok()?;
        if name == "bin" {
            let length = usize::try_from(number.unwrap_or_default()).unwrap_or_default();
            self.rest = self.rest.get(length..).unwrap_or_default();
        }
        Some(Token::Word(name, number))
    }

    fn hexadecimal(&mut self) -> Option<Token<'t>> {
        let digits = self.rest.get(..2)?;
        let byte = str::from_utf8(digits)
            .ok()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                self.rest = &self.rest[2..];
                Some(Token::Byte(byte))
            }
            None => Some(Token::Symbol(b'\'')),
        }
    }

    fn take_while(&mut self, is_part: impl Fn(&u8) -> bool) -> &'t [u8] {
        let end = self.rest.iter().position(|byte| !is_part(byte));
        let (taken, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }
}

impl<'t> Iterator for Scanner<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let (first, rest) = self.rest.split_first()?;
            self.rest = rest;
            return match first {
                b'{' => Some(Token::Open),
                b'}' => Some(Token::Close),
                b'\\' => self.control(),
                // Ends of lines in the file mean nothing.
                b'\r' | b'\n' | 0 => continue,
                byte => Some(Token::Byte(*byte)),
            };
        }
    }
}
