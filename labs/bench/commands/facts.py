"""What the trail says about the bench."""

from dataclasses import dataclass
from typing import ClassVar

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class RunOpened(Fact):
    """A run was opened for entry by hand."""

    tag: ClassVar[str] = "labs:run:open"
    title: ClassVar[str] = "开始一次检测运行"
    number: str
    instrument: str
    reagent_lot: str


@dataclass(frozen=True)
class RunEquipped(Fact):
    """A run got its instrument and its lot, by their ids in the register."""

    tag: ClassVar[str] = "labs:run:equip"
    title: ClassVar[str] = "登记运行所用的仪器和试剂"
    number: str
    instrument_id: str
    lot_id: str


@dataclass(frozen=True)
class RunSubmitted(Fact):
    """A run was submitted: so many results, of which so many are tested again or need a new sample."""

    tag: ClassVar[str] = "labs:run:submit"
    title: ClassVar[str] = "提交检测运行"
    number: str
    results: int
    retests: int
    new_samples: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class RunRepeated(Fact):
    """A failed run's results were set aside; their tests are owed again."""

    tag: ClassVar[str] = "labs:run:repeat"
    title: ClassVar[str] = "运行无效，整板重做"
    number: str
    results: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class WellsEntered(Fact):
    """Wells of a plate were entered by hand, each as place=reading; 无 = nothing detected."""

    tag: ClassVar[str] = "labs:result:enter_wells"
    title: ClassVar[str] = "录入一板的孔"
    run: str
    wells: tuple[str, ...]


@dataclass(frozen=True)
class WellEntered(Fact):
    """A well was entered by hand; cq 无 = nothing detected."""

    tag: ClassVar[str] = "labs:result:enter"
    title: ClassVar[str] = "录入检测孔"
    run: str
    sample: str
    target: str
    cq: str
    outcome: str = ""


@dataclass(frozen=True)
class FindingEntered(Fact):
    """A result in words was entered by hand."""

    tag: ClassVar[str] = "labs:result:enter_finding"
    title: ClassVar[str] = "录入判读结果"
    run: str
    blind_code: str
    disease_code: str
    outcome: str
    count: str = ""


@dataclass(frozen=True)
class FileStaged(Fact):
    """An instrument's file was received and waits for a decision."""

    tag: ClassVar[str] = "labs:file:stage"
    title: ClassVar[str] = "收到仪器文件"
    name: str
    sha256: str


@dataclass(frozen=True)
class FileImported(Fact):
    """An instrument's file was taken: how many wells, how many rows refused."""

    tag: ClassVar[str] = "labs:file:import"
    title: ClassVar[str] = "导入仪器文件"
    sha256: str
    runs: tuple[str, ...]
    wells: int
    results: int
    refused: int


@dataclass(frozen=True)
class FileDiscarded(Fact):
    """An instrument's file was left."""

    tag: ClassVar[str] = "labs:file:discard"
    title: ClassVar[str] = "不收仪器文件"
    sha256: str
