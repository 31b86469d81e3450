"""Which passwords are good enough, for whom, and how long they last.

Two norms disagree: GB/T 22239-2019 8.1.4.1 asks staff for complexity and periodic change, OWASP
ASVS 5.0 V6.2.5 and V6.2.10 forbid both. The legal one binds staff, the kinder one serves farms.
What stands here is the proposal an installation begins with; its own rows are in the database.
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from aquacert.accounts.rules.roles import SIGNS, TRADE, Role

LONGEST = 128

# The head of the public lists of leaked passwords that are long enough to pass the length rule,
# with the Chinese favourites. Compared in lower case.
BREACHED = frozenset(
    [
        "00000000",
        "000000000",
        "0000000000",
        "11111111",
        "111111111",
        "1111111111",
        "11223344",
        "112233445566",
        "12341234",
        "123123123",
        "12344321",
        "12345678",
        "123456789",
        "1234567890",
        "12345678910",
        "123456789a",
        "123456789abc",
        "1234qwer",
        "123654789",
        "123qweasd",
        "147258369",
        "159357456",
        "1q2w3e4r",
        "1q2w3e4r5t",
        "1qaz2wsx",
        "1qaz2wsx3edc",
        "1qazxsw2",
        "20082008",
        "22222222",
        "31415926",
        "33333333",
        "44444444",
        "5201314520",
        "52013145201314",
        "55555555",
        "66666666",
        "666666666",
        "66668888",
        "77777777",
        "77889900",
        "789456123",
        "87654321",
        "88888888",
        "888888888",
        "8888888888",
        "99999999",
        "987654321",
        "9876543210",
        "a12345678",
        "a123456789",
        "aa123456",
        "aa12345678",
        "aa123456789",
        "abc12345",
        "abc123456",
        "abcd1234",
        "abcd12345",
        "abcdefgh",
        "admin123",
        "admin1234",
        "admin12345",
        "admin123456",
        "administrator",
        "asdf1234",
        "asdfasdf",
        "asdfghjk",
        "asdfghjkl",
        "baseball",
        "computer",
        "dearbook",
        "football",
        "hatchery",
        "iloveyou",
        "iloveyou1",
        "jiangsu123",
        "letmein1",
        "passw0rd",
        "password",
        "password1",
        "password12",
        "password123",
        "password1234",
        "princess",
        "q1w2e3r4",
        "q1w2e3r4t5",
        "qazwsxedc",
        "qq123456",
        "qq123456789",
        "qwer1234",
        "qwer12345",
        "qwerasdf",
        "qwertyui",
        "qwertyuiop",
        "starwars",
        "sunshine",
        "superman",
        "trustno1",
        "welcome1",
        "welcome123",
        "woaini123",
        "woaini1314",
        "woaini520",
        "woaini5201314",
        "woaiwojia",
        "woshishui",
        "xiazhang",
        "yuzhong123",
        "zaq12wsx",
        "zhangsan",
        "zhang123",
        "zxcvbnm1",
        "zxcvbnm123",
        "zxcvbnm,",
        "aquacert",
        "aquacert1",
        "aquacert123",
        "aquacert2026",
    ]
)


@dataclass(frozen=True)
class PasswordPolicy:
    """One set of demands. Lengths in characters, age in days (None = for ever)."""

    shortest: int
    kinds: int
    days: int | None


class Audience(StrEnum):
    """For whom one set of demands stands."""

    FARM = "farm"
    STAFF = "staff"
    SIGNER = "signer"


AUDIENCE_NAMES: Mapping[Audience, str] = MappingProxyType(
    {
        Audience.FARM: "苗种场、承运和贩运人员",
        Audience.STAFF: "工作人员",
        Audience.SIGNER: "签字和审核的人员",
    }
)

FARM = PasswordPolicy(shortest=8, kinds=0, days=None)
STAFF = PasswordPolicy(shortest=10, kinds=3, days=180)
SIGNER = PasswordPolicy(shortest=14, kinds=0, days=180)

PROPOSED: Mapping[Audience, PasswordPolicy] = MappingProxyType(
    {Audience.FARM: FARM, Audience.STAFF: STAFF, Audience.SIGNER: SIGNER}
)
SHORTEST = range(8, 65)
KINDS = range(5)
DAYS = range(30, 731)

# What GB/T 22239-2019 8.1.4.1 is usually assessed by: three kinds of characters or a passphrase
# instead, and a change from time to time [P: no number of days stands in the norm].
MIXED = 3
FIRST_PASSWORD_LASTS = timedelta(days=7)
"""A first password that nobody came for opens nothing after a week (ASVS 5.0 V6.4.1)."""

# From this length on a passphrase needs no mixture of characters.
PASSPHRASE = 14
FEWEST_DIFFERENT = 4
FEWEST_OWN = 4
"""Characters that a password has beside leaked passwords and walks over the keys."""
LONGEST_PIECE = 8
"""A password that repeats a piece shorter than this is no longer than the piece."""
WALKS = ("1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
STEPS = frozenset(
    way[at : at + 4] for walk in WALKS for way in (walk, walk[::-1]) for at in range(len(walk) - 3)
)


def audience_of(roles: Collection[Role]) -> Audience:
    """Whose demands somebody with these roles has to meet; the strictest role decides."""
    if SIGNS & set(roles):
        return Audience.SIGNER
    return Audience.FARM if set(roles) <= TRADE else Audience.STAFF


def policy_for(roles: Collection[Role]) -> PasswordPolicy:
    """The demands an installation begins with on somebody with these roles."""
    return PROPOSED[audience_of(roles)]


class Deviation(StrEnum):
    """Where a set of demands leaves one of the two norms."""

    GB_KINDS = "gb-kinds"
    GB_DAYS = "gb-days"
    ASVS_KINDS = "asvs-kinds"
    ASVS_DAYS = "asvs-days"


DEVIATIONS: Mapping[Deviation, str] = MappingProxyType(
    {
        Deviation.GB_KINDS: "不要求字符种类，与 GB/T 22239-2019 8.1.4.1 的复杂度要求不同",
        Deviation.GB_DAYS: "不要求定期更换，与 GB/T 22239-2019 8.1.4.1 不同",
        Deviation.ASVS_KINDS: "要求字符种类，与 OWASP ASVS 5.0 V6.2.5 不同",
        Deviation.ASVS_DAYS: "要求定期更换，与 OWASP ASVS 5.0 V6.2.10 不同",
    }
)
NATIONAL = frozenset({Deviation.GB_KINDS, Deviation.GB_DAYS})


def deviations(policy: PasswordPolicy) -> tuple[Deviation, ...]:
    """Where these demands leave GB/T 22239-2019 and where OWASP ASVS 5.0: never nowhere.

    A passphrase of `PASSPHRASE` characters counts as complex.
    """
    is_mixed = policy.kinds >= MIXED or policy.shortest >= PASSPHRASE
    found = (
        (not is_mixed, Deviation.GB_KINDS),
        (policy.days is None, Deviation.GB_DAYS),
        (policy.kinds > 0, Deviation.ASVS_KINDS),
        (policy.days is not None, Deviation.ASVS_DAYS),
    )
    return tuple(deviation for leaves, deviation in found if leaves)


def policy_faults(policy: PasswordPolicy) -> dict[str, str]:
    """What is wrong with a set of demands, by field; empty when nothing is."""
    wrong: dict[str, str] = {}
    if policy.shortest not in SHORTEST:
        wrong["shortest"] = f"最短长度在 {SHORTEST[0]} 到 {SHORTEST[-1]} 个字之间"
    if policy.kinds not in KINDS:
        wrong["kinds"] = f"字符种类在 {KINDS[0]} 到 {KINDS[-1]} 种之间，0 是不要求"
    if policy.days is not None and policy.days not in DAYS:
        wrong["days"] = f"更换周期在 {DAYS[0]} 到 {DAYS[-1]} 天之间，不填是不要求"
    return wrong


def as_typed(password: str) -> str:
    """The form that is hashed: NFKC, so that full-width １２３ from an input method is 123."""
    return unicodedata.normalize("NFKC", password)


def _kinds(password: str) -> int:
    tests = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())
    known = sum(any(test(char) for char in password) for test in tests)
    other = any(char.isalpha() and not (char.islower() or char.isupper()) for char in password)
    return known + other


def weakness(password: str, policy: PasswordPolicy, *, known: Collection[str] = ()) -> str | None:
    """What is wrong with a password, as a sentence that says what would be right; None if good.

    `known` are words an attacker tries first: the user name, the phone number.
    """
    typed = as_typed(password)
    lower = typed.lower()
    is_common = len(set(typed)) < FEWEST_DIFFERENT or _is_pattern(lower)
    tells = any(len(word) >= FEWEST_DIFFERENT and word.lower() in lower for word in known)
    is_plain = len(typed) < PASSPHRASE and _kinds(typed) < policy.kinds
    faults = (
        (_is_unstorable(typed), "口令里有看不见的字符，请重新输入"),
        (len(typed) < policy.shortest, _too_short(policy)),
        (len(typed) > LONGEST, f"口令最多 {LONGEST} 个字"),
        (is_common, "这个口令太常见，别人一猜就中，请换一个"),
        (tells, "口令里不要带登录名或手机号"),
        (is_plain, _too_plain(policy)),
    )
    return next((sentence for wrong, sentence in faults if wrong), None)


def _is_pattern(lower: str) -> bool:
    """Whether a password is one short piece over and over, or a leaked one or a walk over the keys
    with little beside it: length alone would take 12345678901234 and password1234567.
    """
    if (lower + lower).find(lower, 1) < LONGEST_PIECE:
        return True
    known = [word for word in BREACHED if word in lower]
    spans = [(at, word) for word in (*known, *STEPS) for at in _places(lower, word)]
    covered = {at + offset for at, word in spans for offset in range(len(word))}
    return lower in BREACHED or len(lower) - len(covered) < FEWEST_OWN


def _places(text: str, word: str) -> list[int]:
    return [at for at in range(len(text) - len(word) + 1) if text.startswith(word, at)]


def _is_unstorable(typed: str) -> bool:
    return "\x00" in typed or any("\ud800" <= char <= "\udfff" for char in typed)


def _too_short(policy: PasswordPolicy) -> str:
    return f"口令至少 {policy.shortest} 个字，可以是一句只有你知道的话"


def _too_plain(policy: PasswordPolicy) -> str:
    return (
        f"不到 {PASSPHRASE} 个字的口令，大写、小写、数字、符号里至少要有 {policy.kinds} 种；"
        "也可以写得更长"
    )


def is_stale(changed_at: datetime, now: datetime, policy: PasswordPolicy) -> bool:
    """Whether the password is older than the policy allows."""
    return policy.days is not None and now - changed_at > timedelta(days=policy.days)
