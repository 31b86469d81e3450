"""Strings that break programs: a selection after the Big List of Naughty Strings, and a CJK pack.

What people really type stands first; what attackers type last. Every one must come out as it went
in (cleaned of what nobody can see) or as a sentence at its field; none may run or break anything.
"""

from __future__ import annotations

PEOPLE = (
    *("𠮷野家", "㐂", "䶮", "買买提·艾合买提", "買买提•艾合买提", "葛\U000e0100城", "\uf9dc"),
    *("１２３号塘", "全角　空格", "张\u200b三", "\ufeff李四", "王\u00ad五", "ﬁsh", "Ⅳ号池", "㎏"),
    *("éàü", "e\u0301", "n\u0303o", "Ǆ", "ß", "İstanbul", "ı", "ά", "Привет", "مرحبا", "שלום"),
    *("ไทย", "हिन्दी", "༄༅", "ᠮᠣᠩᠭᠣᠯ", "ᥖᥣᥒ", "👨‍👩‍👧‍👦", "🐟🦐", "🇨🇳", "👍🏽", "☃", "\u3000"),
    *("“引号”", "《书名》", "—— ……", "、。；：", "％", "…", "一\u2028二", "一\u2029二"),
)
"""Names, ponds and remarks as they are written, minorities' and rare ones among them."""

NUMBERS = (
    *("0", "-1", "1e9", "1E+02", "0x1F", "NaN", "Infinity", "-0", "１２", "1/0", "1.5", "1,000,00"),
    *("9223372036854775808", "9" * 400, "٣", "Ⅻ", "一亿亿亿", "零", "1_000", "+1", "--1", "½", "∞"),
    *("null", "undefined", "None", "true", "False", "[]", "{}", "\\", "\\\\", "//", "/dev/null"),
)
"""What stands where a number is asked for."""

HOSTILE = (
    *("<svg onload=alert(1)>", "<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>"),
    *("javascript:alert(1)", "&lt;b&gt;", "</title><b>", "]]>", "<!--", "<![CDATA[x]]>"),
    *("{{7*7}}", "{% raw %}", "${7*7}", "#{7*7}", "%(name)s", "%s%n%x", "{0}", "$(id)", "`id`"),
    *("' OR 1=1--", "1; DROP TABLE people", "%", "_", "\\_", "a' UNION SELECT 1--", "'||'"),
    *("=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "＝1", '=HYPERLINK("http://x")'),
    *("../../etc/passwd", "..\\..\\x", "C:\\nul", "CON", "a/b", "file:///etc/passwd", "|ls", ";ls"),
    *("\x00", "a\x00b", "\x07", "\x1b[31m", "\x7f", "\x85", "a\r\nSet-Cookie: x=1", "\r", "\n"),
    *("\u202e00001", "\u2066x\u2069", "\u200d", "\u2060", "\ufffd", "\ufffe", "\ud800", "x\udfff"),
    *("A" * 10_000, "字" * 10_000, "Z\u0335\u0334\u0336" * 60, "\U000e0061" * 9, "ﷺ" * 50),
)
"""What must be text and nothing else."""

NAUGHTY = (*PEOPLE, *NUMBERS, *HOSTILE)
EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
