"""User names: what one may sign in as."""

import re
import unicodedata

# Letters of any script, digits and . _ - @ ; starts with a letter or digit.
USERNAME = re.compile(r"\w[\w.@-]{2,39}")
LONGEST_PERSONAL_NAME = 50


def as_username(text: str) -> str:
    """The form in which a user name is kept and looked up: NFKC, lower case, no outer spaces."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def username_fault(username: str) -> str:
    """What is wrong with a user name, saying what would be right; "" if nothing."""
    if USERNAME.fullmatch(username):
        return ""
    return "登录名用 3 到 40 个字母、数字或汉字，中间可以有 . _ - @"


def personal_name_fault(name: str) -> str:
    """What is wrong with a personal name; "" if nothing. Rare characters and · are welcome."""
    stripped = name.strip()
    if not stripped or len(stripped) > LONGEST_PERSONAL_NAME:
        return f"请填写姓名，最多 {LONGEST_PERSONAL_NAME} 个字"
    if not all(char.isprintable() for char in stripped):
        return "姓名里有看不见的字符，请重新输入"
    return ""
