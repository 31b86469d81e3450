"""What written names mean: exact, ranked, never guessed; the known wrong key is caught."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from aquacert.surveillance.parsers.crosswalk import base_lines, base_rows, mapped
from aquacert.surveillance.rules.crosswalk import (
    UNKNOWN,
    Line,
    Meaning,
    State,
    Subject,
    System,
    canonical,
    choose,
    lacks,
    refusal,
    species_spellings,
    suggest,
    system_of,
)
from aquacert.surveillance.rules.events import Realm

KEY = Path(__file__).parents[3] / "shared" / "data" / "wahis_disease_key.csv"
ROOT = Path(__file__).parents[2]
GENERIC = {"rana", "nodavirus", "herpesvirus", "poxvirus"}
"""Names of whole families of agents: they stand nowhere on purpose."""
FISHY = ("salmonid", "trout", "carp", "koi", "prawn", "oyster", "abalone", "crayfish", "tilapia")


def means(written, system=System.WAHIS):
    return choose(base_lines(Subject.DISEASE).get(canonical(written), ()), system)


def test_only_the_grammar_of_the_list_is_undone():
    assert canonical(" Koi  herpesvirus (inf. with)(2006-)") == "infection with koi herpesvirus"
    assert canonical("Bovine tuberculosis (-2018)") == "bovine tuberculosis"
    assert canonical("ＷＳＤ") == "wsd"
    assert canonical("White spot diseases") != canonical("White spot disease")
    assert species_spellings("Whiteleg shrimp:Penaeus vannamei(Penaeidae)") == (
        "whiteleg shrimp:penaeus vannamei",
        "penaeus vannamei",
        "whiteleg shrimp",
    )


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Viral haemorrhagic septicaemia", None),
        ("viral haemorrhagic septicaemia virus (inf. with)", None),
        ("epizootic haematopoietic necrosis virus (inf. with)", None),
        ("hepatobacter penaei (inf. with)(necrotising hepatopancreatitis)(2011-)", None),
        ("mikrocytos roughleyi (inf. with)(-2005)", None),
        ("gyrodactylosis", None),
        ("acute hepatopancreatic necrosis disease (2016-)", "AHPND"),
        ("infectious haematopoietic necrosis virus (inf. with)", "IHN"),
        ("bonamia ostreae (inf. with)", "BON"),
        ("decapod iridescent virus 1 (inf. with) (2022-)", "DIV1"),
        ("河蟹颤抖病", "CTD"),
        ("Cyprinid herpesvirus 2", "CHVD"),
    ],
)
def test_the_traps_stand_apart_and_are_held_as_aquatic(written, code):
    assert means(written) == Meaning(Realm.AQUATIC, code)


def test_what_names_two_things_is_left_to_a_person():
    assert means("hepatopancreatitis in prawns") == UNKNOWN
    assert means("viral haemorrhagic disease") == UNKNOWN
    assert mapped("Gyrodactylosis").realm is Realm.UNMAPPED
    assert means("Gyrodactylosis", System.CN).code == "GYR"
    assert means("Rabbit haemorrhagic disease").realm is Realm.TERRESTRIAL


def test_a_later_row_outranks_the_base_and_the_own_system_outranks_the_others():
    base = Line(System.WOAH, Meaning(Realm.AQUATIC, "A"))
    any_later = Line(System.ANY, Meaning(Realm.AQUATIC, "B"), is_later=True)
    own_later = Line(System.WAHIS, Meaning(Realm.AQUATIC, "C"), is_later=True)
    lines = [base, any_later, own_later]
    assert choose(lines, System.WAHIS).code == "C"
    assert choose(lines, System.NACA).code == "B"
    assert choose([base, own_later], System.NACA).code == "A"
    assert choose([base, Line(System.CN, Meaning(Realm.AQUATIC, "D"))], System.NACA) == UNKNOWN
    assert (system_of("wahis_json"), system_of("who")) == (System.WAHIS, System.ANY)


def test_suggestions_are_ranked_and_nothing_is_accepted():
    names = [(row.code, row.written) for row in base_rows() if row.code]
    [first, *_rest] = suggest("White-spot disease", names)
    assert (first.code, first.points) == ("WSD", 100)
    assert means("White-spot disease") == UNKNOWN
    assert suggest("对虾白斑病毒病", names)[0].code == "WSD"
    assert suggest("Summer woe", names) == ()


def test_who_proposed_does_not_decide_and_a_proposal_says_why():
    assert "自己" in refusal(proposer=1, decider=1, state=State.PROPOSED)
    assert "已经有人" in refusal(proposer=1, decider=2, state=State.REJECTED)
    assert refusal(proposer=1, decider=2, state=State.PROPOSED) == ""
    wrong = lacks(
        subject=Subject.DISEASE, written=" ", realm=Realm.TERRESTRIAL, code="WSD", grounds="x"
    )
    assert set(wrong) == {"written", "grounds", "code"}


def test_every_base_row_names_a_disease_or_species_of_our_lists():
    def codes(name):
        with (ROOT / "seed_data" / name).open(encoding="utf-8", newline="") as file:
            return {row["code"] for row in csv.DictReader(file)}

    lists = {Subject.DISEASE: codes("diseases.csv"), Subject.SPECIES: codes("species.csv")}
    assert all(row.code is None or row.code in lists[row.subject] for row in base_rows())
    assert {row.sureness for row in base_rows()} <= {"verified", "recalled", "unverified"}
    doubled = [
        key
        for subject in Subject
        for key, lines in base_lines(subject).items()
        for system in System
        if len({one.meaning for one in lines if one.system is system}) > 1
    ]
    assert doubled == []


@pytest.mark.skipif(not KEY.exists(), reason="the shared files are not here")
def test_every_aquatic_row_of_the_shared_key_is_ours_or_held_or_stays_visible():
    with KEY.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = list(csv.DictReader(file))
    meant = Counter()
    for row in rows:
        found = means(row["disease"])
        meant["ours" if found.code else found.realm.value] += 1
        if any(word in row["disease"] for word in FISHY):
            known = found.realm is Realm.AQUATIC
            assert known or row["disease"] in {
                "abalone icosahedral virus disease",
                "hepatopancreatitis in prawns",
            }
        if row["disease"] in GENERIC:
            assert found == UNKNOWN
    names = Counter(row["disease"] for row in rows)
    assert (len(rows), sum(n > 1 for n in names.values())) == (295, 6)
    assert meant == {"terrestrial": 133, "unmapped": 78, "ours": 53, "aquatic": 31}
    wrong = {
        row["disease"]: row["disease_species"]
        for row in rows
        if means(row["disease"]) == Meaning(Realm.AQUATIC, None)
    }
    assert "Rabbit" in wrong["viral haemorrhagic septicaemia virus (inf. with)"]
    assert "Salmonid" in wrong["epizootic haematopoietic necrosis virus (inf. with)"]
    assert wrong["mikrocytos roughleyi (inf. with)(-2005)"].startswith("ostrea")
