//! Recipients as they may be shown: enough to recognise one's own, too little to call.

/// `+989121234567` becomes `+98912***4567`, `maryam@samad.test` becomes `m***@samad.test`; anything else `***`.
pub(crate) fn recipient(to: &str) -> String {
    if let Some((name, domain)) = to.split_once('@') {
        let first: String = name.chars().take(1).collect();
        return format!("{first}***@{domain}");
    }
    let digits = to.strip_prefix('+').unwrap_or(to);
    if !(11..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return "***".into();
    }
    let head = to.len() - 7;
    format!("{}***{}", &to[..head.min(6)], &to[to.len() - 4..])
}

#[cfg(test)]
mod tests {
    use super::recipient;

    #[test]
    fn hides_the_middle() {
        let cases = [
            ("+989121234567", "+98912***4567"),
            ("09121234567", "0912***4567"),
            ("+4915112345678", "+49151***5678"),
            ("110", "***"),
            ("", "***"),
            ("maryam@samad.test", "m***@samad.test"),
            ("ش@samad.test", "ش***@samad.test"),
            ("@samad.test", "***@samad.test"),
            ("مریم", "***"),
        ];
        for (to, expected) in cases {
            assert_eq!(recipient(to), expected, "{to}");
        }
    }
}
