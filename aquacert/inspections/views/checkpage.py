"""The page of one batch's check: five jumps with counts, what is missing, what findings may mean."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.declarations.queries import facts as papers
from aquacert.http.forms import Form
from aquacert.http.gates import look
from aquacert.http.pages import page
from aquacert.http.sentences import said
from aquacert.inspections import queries
from aquacert.inspections.forms import (
    ChecklistForm,
    PhotoForm,
    ReleaseForm,
    SuspicionForm,
    VerdictForm,
    checklist_form,
)
from aquacert.inspections.forms.visit import DoubtForm
from aquacert.inspections.queries.doubts import failed_after_all, open_doubt
from aquacert.inspections.queries.draws import extra_tests
from aquacert.inspections.queries.evidence import challenge_codes, flags_of
from aquacert.inspections.rules import (
    COURSE_WORDS,
    NEEDED_SLOTS,
    SECTION_WORDS,
    SLOT_WORDS,
    STATE_WORDS,
    Course,
    Section,
    State,
    Suspect,
    number_words,
    progress,
    unanswered,
)
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

BLOCKS: tuple[tuple[str, str, tuple[Section, ...]], ...] = (
    ("docs", "资料", (Section.PAPERS, Section.FACILITY)),
    ("group", "群体", (Section.GROUP,)),
    ("individual", "个体", (Section.INDIVIDUAL,)),
)
"""Anchor, word and parts of the checklist's three blocks."""


def check_page(
    check_id: UUID,
    *,
    checklist: ChecklistForm | None = None,
    photo: PhotoForm | None = None,
    suspicion: SuspicionForm | None = None,
    release: ReleaseForm | None = None,
    verdict: VerdictForm | None = None,
    doubt: DoubtForm | None = None,
) -> tuple[str, int]:
    """Return the page and its status; a form that was refused is shown as it was sent."""
    sent: list[Form | None] = [checklist, photo, suspicion, release, verdict, doubt]
    status = max((form.status for form in sent if form is not None), default=200)
    with look() as unit:
        sheet = queries.sheet(unit, check_id)
        shown = checklist or checklist_form(sheet, is_sent=False)
        decided = verdict or VerdictForm(formdata=None)
        # What is sent from this page is judged against what this page shows.
        shown.version.data = decided.version.data = str(sheet.check.version)
        html = page(
            "inspections/check.html",
            sheet=sheet,
            paper=papers.declaration(unit, sheet.check.declaration_id),
            checklist=shown,
            photo_form=photo or PhotoForm(formdata=None),
            suspicion=suspicion or suspicion_form(unit, sheet, is_sent=False),
            release=(release or ReleaseForm(formdata=None)).apart("release"),
            verdict=decided,
            doubt_form=(doubt or DoubtForm(formdata=None)).apart("doubt"),
            doubt=open_doubt(unit, check_id),
            its_vet=sheet.check.vet_id == unit.actor.person_id,
            failed_after_all=failed_after_all(unit, check_id),
            wrong=status != 200 or any(form.form_errors for form in sent if form is not None),
            mine=sheet.check.vet_id == unit.actor.person_id
            and sheet.check.state == State.OPEN.value,
            **_shown(unit, sheet),
        )
    return html, status


def suspicion_form(unit: Look, sheet: queries.CheckSheet, *, is_sent: bool = True) -> SuspicionForm:
    """Return the suspicion as it stands, with the diseases of this species to choose from.

    Not `is_sent`: it is only shown, and takes nothing of a request that sent another form.
    """
    kept = sheet.check
    shown = {
        "suspected": kept.suspected,
        "course": kept.course or Course.SAMPLING.value,
        "because": kept.isolated_because,
    }
    form = SuspicionForm(data=shown) if is_sent else SuspicionForm(formdata=None, data=shown)
    form.suspected.choices = [
        SelectChoice(duty.disease_code, _(duty.name_zh))
        for duty in reference.duties(unit, sheet.batch.species_code, unit.today)
    ]
    return form


def _shown(unit: Look, sheet: queries.CheckSheet) -> dict[str, object]:
    """Return what the page says about the check: counts, lacks, hints, the day's code, flags."""
    answers = sheet.answers
    return {
        "blocks": [
            (anchor, word, sections, *progress(sheet.items, answers, sections))
            for anchor, word, sections in BLOCKS
        ],
        "lacking": [_(item.ask) for item in unanswered(sheet.items, answers)],
        "lacking_slots": [
            _("%(slot)s照片", slot=_(SLOT_WORDS[slot]))
            for slot in SLOT_WORDS
            if slot in NEEDED_SLOTS - sheet.slots
        ],
        "hints": _hints(unit, sheet),
        "codes": challenge_codes(unit, sheet.check.declaration_id)[:1],
        "drawn": sorted(
            reference.disease(unit, code).name_zh
            for code in extra_tests(unit, sheet.check.declaration_id, sheet.check.batch_id)
        ),
        "flags": flags_of(unit, [sheet.check.id]).get(sheet.check.id, []),
        "sections": SECTION_WORDS,
        "slots": SLOT_WORDS,
        "words": STATE_WORDS,
        "courses": COURSE_WORDS,
    }


def _hints(unit: Look, sheet: queries.CheckSheet) -> list[tuple[str, list[str], Suspect, str]]:
    """Return (name, why, hint, usual temperatures) of this species' diseases that the findings may mean."""
    return [
        (
            reference.disease(unit, one.disease_code).name_zh,
            [said(word) for word in one.why],
            one,
            _usual(one),
        )
        for one in sheet.suspects
        if reference.affects(unit, one.disease_code, sheet.batch.species_code)
    ]


def _usual(one: Suspect) -> str:
    return "–".join(map(number_words, one.window)) if one.window else ""
