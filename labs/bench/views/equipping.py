"""Offer the register's instruments and lots, with what stands against each said in its own line."""

from uuid import UUID

from wtforms.fields.choices import SelectChoice, SelectField

from aquacert.kernel.work import Look
from labs.bench.forms import EquipForm, RunForm, SheetRunForm
from labs.register.queries import instruments_of, lots_of

NONE = SelectChoice("", "——")


def offer_equipment(
    look: Look,
    form: RunForm | EquipForm | SheetRunForm,
    lab_id: UUID,
    disease_code: str | None = None,
) -> None:
    """Offer a laboratory's instruments and lots; where only one is usable, it is chosen beforehand."""
    _offer(
        form.instrument_id,
        [
            (line.instrument.id, f"{line.instrument.code} {line.instrument.name}", line.fault)
            for line in instruments_of(look, lab_id)
        ],
    )
    _offer(
        form.lot_id,
        [
            (line.lot.id, f"{line.lot.lot} {line.lot.kit}", line.fault)
            for line in lots_of(look, lab_id, disease_code)
        ],
    )


def _offer(field: SelectField, lines: list[tuple[UUID, str, str]]) -> None:
    """Offer lines by their id; what may not be used stays in sight, with its reason."""
    field.choices = [
        NONE,
        *(
            SelectChoice(str(key), f"{name}（{fault}）" if fault else name)
            for key, name, fault in lines
        ),
    ]
    usable = [str(key) for key, _name, fault in lines if not fault]
    if len(usable) == 1 and not field.data and not field.raw_data:
        field.data = usable[0]
