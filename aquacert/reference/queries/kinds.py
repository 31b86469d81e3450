"""Questions about species, diseases and methods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.work import Look
from aquacert.reference.models import (
    Basis,
    Disease,
    DiseaseSpecies,
    Method,
    Species,
    SpeciesAlias,
)
from aquacert.reference.queries.kept import kept, lasting
from aquacert.reference.queries.rulebook import rule
from aquacert.reference.rules.text import folded, search_words

PROCEDURES = "procedures.aquatic"
FIRST_PROCEDURES = date(2011, 3, 1)


@dataclass(frozen=True)
class Duty:
    """A disease that the procedures in force set against a species, and how it is looked for."""

    disease_code: str
    name_zh: str
    trigger: str
    method_codes: tuple[str, ...]
    sureness: str


def species(look: Look, code: str) -> Species:
    """Return the species; raise `NotFound` for an unknown code."""
    found = lasting(look, ("species", code), lambda: _species(look, code))
    if found is None:
        raise NotFound(f"名录里没有品种 {code[:12]}。")
    return found


def all_species(look: Look, words: str = "") -> Select[Species]:
    """Return the statement that lists species by code, found by any name or alias."""
    del look
    statement = select(Species).order_by(Species.code)
    for word in search_words(words):
        alias = SpeciesAlias.folded.contains(word, autoescape=True)
        aliased = select(SpeciesAlias.species_code).where(
            alias | SpeciesAlias.initials.contains(word, autoescape=True)
        )
        named = Species.words.contains(word, autoescape=True)
        statement = statement.where(named | Species.code.in_(aliased))
    return statement


def find_species(look: Look, text: str) -> list[Species]:
    """Return what `text` may mean, best first; empty when nothing fits.

    One exact name, code or plain alias gives one species. A broad word (石斑鱼) or a part of a name
    gives all it may mean: the caller shows them and never picks one silently.
    """
    wanted = folded(text)
    if not wanted:
        return []
    codes = lasting(
        look, ("named", wanted), lambda: [row.code for row in _find_species(look, wanted)]
    )
    return [species(look, code) for code in codes]


def _find_species(look: Look, wanted: str) -> list[Species]:
    exact = [
        row
        for row in look.scalars(select(Species).order_by(Species.code))
        if wanted in {folded(name) for name in _names(row)}
    ]
    aliased = look.scalars(
        select(Species)
        .join(SpeciesAlias, SpeciesAlias.species_code == Species.code)
        .where(SpeciesAlias.folded == wanted)
        .order_by(Species.code)
    )
    partly = look.scalars(all_species(look, wanted).limit(10))
    return list(dict.fromkeys(exact)) or _with_broad(look, wanted, aliased, partly)


def species_named(look: Look, text: str, *, field: str = "species") -> Species:
    """Return the one species `text` names; raise `Invalid` with suggestions otherwise."""
    found = find_species(look, text)
    if len(found) == 1 and _is_whole(look, found[0], text):
        return found[0]
    shown = "、".join(row.name_zh for row in found[:5])
    hint = f"是不是：{shown}？" if shown else "请从名录里选，或换一个名字再找。"
    sentence = f"名录里没有叫“{text.strip()[:20]}”的单一品种。{hint}"
    raise Invalid(sentence, **{field: sentence})


def aliases(look: Look, species_code: str) -> list[SpeciesAlias]:
    """Return the other words for a species."""
    return look.scalars(
        select(SpeciesAlias)
        .where(SpeciesAlias.species_code == species_code)
        .order_by(SpeciesAlias.alias)
    )


def disease(look: Look, code: str) -> Disease:
    """Return the disease; raise `NotFound` for an unknown code."""
    found = kept(look, ("disease", code), lambda: _disease(look, code))
    if found is None:
        raise NotFound(f"名录里没有疫病 {code[:12]}。")
    return found


def all_diseases(look: Look, words: str = "") -> Select[Disease]:
    """Return the statement that lists diseases by class, found by name, agent or code."""
    del look
    statement = select(Disease).order_by(Disease.class_573 == 0, Disease.class_573, Disease.code)
    for word in search_words(words):
        statement = statement.where(Disease.words.contains(word, autoescape=True))
    return statement


def affects(look: Look, disease_code: str, species_code: str) -> bool:
    """Say whether the species can have the disease, by any edition or by biology."""
    return species_code in affected(look, disease_code)


def affected(look: Look, disease_code: str) -> frozenset[str]:
    """Return the codes of every species the disease affects, on any basis."""
    statement = select(DiseaseSpecies.species_code).where(
        DiseaseSpecies.disease_code == disease_code
    )
    key = ("affected", disease_code)
    return kept(look, key, lambda: frozenset(look.session.scalars(statement)))


def duties(look: Look, species_code: str, on: date) -> tuple[Duty, ...]:
    """Return the diseases that the procedures in force on `on` name for the species, by code.

    Empty for frogs, turtles and sea cucumbers (no procedure exists for them) and before 2011.
    Raises `NotReady` in production while the edition in force has not been adopted.
    """
    if on < FIRST_PROCEDURES:
        return ()
    basis = str(rule(look, PROCEDURES, on).value)
    key = ("duties", species_code, basis)
    return lasting(look, key, lambda: _duties(look, species_code, basis))


def methods(look: Look, disease_code: str) -> list[Method]:
    """Return the test methods of a disease, diagnosis first."""
    return look.scalars(
        select(Method)
        .where(Method.disease_code == disease_code)
        .order_by(Method.used_for, Method.code)
    )


def method(look: Look, code: str) -> Method:
    """Return the method; raise `NotFound` for an unknown code."""
    found = look.session.scalar(select(Method).where(Method.code == code))
    if found is None:
        raise NotFound(f"名录里没有检测方法 {code[:20]}。")
    return found


def hosts(look: Look, disease_code: str) -> list[DiseaseSpecies]:
    """Return every line that sets the disease against a species, newest edition first."""
    return look.scalars(
        select(DiseaseSpecies)
        .where(DiseaseSpecies.disease_code == disease_code)
        .order_by(DiseaseSpecies.basis, DiseaseSpecies.species_code)
    )


def _species(look: Look, code: str) -> Species | None:
    return look.session.scalar(select(Species).where(Species.code == code))


def _disease(look: Look, code: str) -> Disease | None:
    return look.session.scalar(select(Disease).where(Disease.code == code))


def _names(row: Species) -> tuple[str, ...]:
    names = (row.code, row.name_zh, row.name_en, row.scientific_name, row.other_scientific_name)
    return tuple(name for name in names if name)


def _with_broad(
    look: Look, wanted: str, aliased: list[Species], partly: list[Species]
) -> list[Species]:
    """A plain alias decides; a broad one is only the first of what the word may mean."""
    broad = look.session.scalar(
        select(SpeciesAlias.id).where(SpeciesAlias.folded == wanted, SpeciesAlias.kind == "broad")
    )
    if aliased and broad is None:
        return aliased
    return list(dict.fromkeys([*aliased, *partly]))


def _is_whole(look: Look, row: Species, text: str) -> bool:
    """Say whether `text` is all of a name or of a plain alias, not a part of one."""
    wanted = folded(text)
    plain = (a.folded for a in aliases(look, row.code) if a.kind != "broad")
    return wanted in {*(folded(name) for name in _names(row)), *plain}


def _duties(look: Look, species_code: str, basis: str) -> tuple[Duty, ...]:
    if basis == Basis.HOST:
        return ()
    rows = look.session.execute(
        select(Disease, DiseaseSpecies.sureness)
        .join(DiseaseSpecies, DiseaseSpecies.disease_code == Disease.code)
        .where(DiseaseSpecies.species_code == species_code, DiseaseSpecies.basis == basis)
        .order_by(Disease.code)
    ).all()
    by_disease: dict[str, list[str]] = {}
    wanted = [row.code for row, _ in rows]
    listed = select(Method).where(Method.disease_code.in_(wanted))
    for one in look.scalars(listed.order_by(Method.used_for, Method.code)):
        by_disease.setdefault(one.disease_code, []).append(one.code)
    return tuple(
        Duty(row.code, row.name_zh, row.trigger, tuple(by_disease.get(row.code, ())), sureness)
        for row, sureness in rows
    )
