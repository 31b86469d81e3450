"""Which papers a declaration wants: one slot each, what for, and whether it must be there.

Source: 水产苗种产地检疫规程（试行）2011, 4.3 (read in a copy); the licence and the waters certificate
may be the scans on the farm's record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from aquacert.declarations.rules.answers import YES, Answers, Purpose
from aquacert.declarations.rules.grounds import MATERIAL_WORDS, Material
from aquacert.declarations.rules.parts import is_wild

REUSED = frozenset({Material.SEED_LICENCE, Material.WATERS_LICENCE})
"""Papers that the farm's record may hold already."""
IF_ANY = frozenset({Material.LAB_REPORT, Material.RELEASE_APPROVAL, Material.BREEDING_PROOF})
"""Papers that are brought where there are any; nobody lacks them."""
WHY: Mapping[Material, str] = {
    Material.SEED_LICENCE: "县里核实过的许可证，登记里有扫描件就不用再传",
    Material.WATERS_LICENCE: "登记里有扫描件就不用再传",
    Material.PRODUCTION_RECORD: "近 12 个月的引种、投喂、用药、水质；没有可以先交",
    Material.SEED_PHOTO: "现场拍，不要拍屏幕；没有可以先交",
    Material.ORIGIN_CERTIFICATES: "外省来的这一批，随车的检疫证明拍一张",
    Material.CAPTURE_PERMIT: "合法捕获的要有：捕捞许可或批准文件、捕捞记录",
    Material.LAB_REPORT: "有就传，官方兽医会看",
    Material.RELEASE_APPROVAL: "增殖放流的项目或批准文件；有就传",
    Material.BREEDING_PROOF: "种用的：原良种场证书、亲本引种证明；有就传",
}


@dataclass(frozen=True)
class Slot:
    """One place for one kind of paper."""

    material: Material
    must: bool
    held: int = 0
    """How many files are in it already."""
    from_record: str = ""
    """Number of the licence on the farm's record (verified, or with its scan) that fills the slot."""

    @property
    def filled(self) -> bool:
        """Whether something is there."""
        return bool(self.held or self.from_record)

    @property
    def lacking(self) -> bool:
        """Whether it belongs there and is not: the office can ask for it only once."""
        return not self.filled and self.material not in IF_ANY

    @property
    def words(self) -> str:
        """What paper it is."""
        return MATERIAL_WORDS[self.material]

    @property
    def why(self) -> str:
        """What it is for."""
        return WHY.get(self.material, "")


def slots(
    answers: Answers, held: Mapping[str, int], on_record: Mapping[Material, str]
) -> tuple[Slot, ...]:
    """Return the slots of this declaration: what it must have first, then what it may have.

    `held`: material → number of files; `on_record`: material → number of the farm's licence that
    has a scan on its record.
    """
    return tuple(
        Slot(one, one in must(answers), held.get(one.value, 0), on_record.get(one, ""))
        for one in _wanted(answers)
    )


def must(answers: Answers) -> frozenset[Material]:
    """Return the papers without which this declaration cannot be sent.

    Only the capture proof: the law read asks for it (2010 Measures Art. 29, procedure 4.3.2).
    """
    return frozenset({Material.CAPTURE_PERMIT}) if is_wild(answers) else frozenset()


def missing(found: Collection[Slot]) -> dict[str, str]:
    """Return field → sentence for every slot that must be filled and is empty."""
    return {
        f"papers-{one.material.value}": f"请传{one.words}的照片或 PDF。"
        for one in found
        if one.must and not one.filled
    }


def _wanted(answers: Answers) -> list[Material]:
    purposes = {one.purpose for one in answers.loads}
    brought = any(one.brought == YES for one in answers.batches)
    asked = [
        (Material.CAPTURE_PERMIT, is_wild(answers)),
        (Material.ORIGIN_CERTIFICATES, brought),
        (Material.RELEASE_APPROVAL, Purpose.RELEASE.value in purposes),
        (Material.BREEDING_PROOF, Purpose.BREEDING.value in purposes),
        (Material.PRODUCTION_RECORD, True),
        (Material.SEED_PHOTO, True),
        (Material.SEED_LICENCE, True),
        (Material.WATERS_LICENCE, True),
        (Material.LAB_REPORT, True),
    ]
    return [material for material, wanted in asked if wanted]
