"""Walk through the XML of an RDML file with expat: one callback an element, no tree, a bounded depth, no DTD.

Namespaces are ignored: prefixes are cut off, and only the place of an element decides what it means.
"""

import math
import re
from collections.abc import Callable, Mapping
from xml.parsers import expat  # DTDs are refused below

from aquacert.kernel.errors import Invalid
from labs.instruments.parsers.rdml_points import MARK, Curve, lifted
from labs.instruments.parsers.rdml_rows import Experiment, File, Measured, Plate, Run, Sample
from labs.instruments.rules import cycles, plain

DEEPEST = 64
"""An RDML document is nine elements deep."""
UUID_LIKE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
CHINESE = re.compile(
    rb"""\s*<\?xml[^>]*encoding\s*=\s*["'](gb2312|gbk|gb18030)["']""", re.IGNORECASE
)

Attributes = Mapping[str, str]


def walked(xml: bytes) -> File:
    """Return what the document holds. Raises `Invalid` for a DTD, a bottomless document or XML that breaks off."""
    xml, coding = _in_utf8(xml)
    rest, curves = lifted(xml)
    walk = Walk(curves)
    parser = expat.ParserCreate(coding)
    parser.buffer_text = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text.append
    parser.StartDoctypeDeclHandler = _refuse_dtd
    try:
        parser.Parse(rest, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Invalid("这不是完整的 RDML：XML 中途断了，请重新导出", file="XML 不完整") from error
    return walk.file


def _in_utf8(xml: bytes) -> tuple[bytes, str | None]:
    """Return the document in UTF-8 where expat does not know its encoding (GB18030 and its parts)."""
    if CHINESE.match(xml[:200]) is None:
        return xml, None
    try:
        return xml.decode("gb18030").encode(), "utf-8"
    except UnicodeDecodeError as error:
        raise Invalid("文件的文字编码不对，请重新导出", file="文字编码不认识") from error


def _refuse_dtd(*_declared: object) -> None:
    raise Invalid("文件里有不允许的 XML 定义（DTD 或实体），已拒收", file="不安全的 XML")


def local(tag: str) -> str:
    """Return the tag without its prefix."""
    return tag.rpartition(":")[2]


def clean(text: str) -> str:
    """Return a name without stray spaces, its signs (™) kept."""
    return " ".join(text.split())


class Walk:
    """The walk: where it stands, and what it has found."""

    def __init__(self, curves: list[Curve]) -> None:
        """Begin before the root; `curves` were lifted out of the document."""
        self.file = File()
        self.text: list[str] = []
        self.path: list[str] = []
        self._curves = curves
        self._fields: dict[str, str] = {}
        self._point: dict[str, str] = {}
        self._types: list[tuple[str, str]] = []
        self._identity = ""
        self._dye = ""
        self._loop = 0
        self._react = ("", "")
        self._run = Run("")
        self._data = Measured("", "", "", None, excluded=False)
        self._type_target = ""

    def start(self, tag: str, attributes: Attributes) -> None:
        """Note that an element begins."""
        name = local(tag) if ":" in tag else tag
        path = self.path
        path.append(name)
        if len(path) > DEEPEST:
            raise Invalid("文件的层次太深，已拒收", file="层次太深")
        self.text.clear()
        begin = BEGIN.get(name)
        if begin is not None:
            begin(self, attributes)

    def _begin_root(self, attributes: Attributes) -> None:
        if len(self.path) == 1:
            self.file.version = attributes.get("version", "")

    def _begin_top(self, attributes: Attributes) -> None:
        """Begin a sample, a target or a programme: all three are known by an id."""
        if len(self.path) == 2:
            self._identity = attributes.get("id", "")
            self._fields, self._types, self._dye, self._loop = {}, [], "", 0
        elif self.path[-2] == "react" and self.path[-1] == "sample":
            self._react = (self._react[0], attributes.get("id", ""))
        elif self.path[-2] == "run" and self.path[-1] == "thermalCyclingConditions":
            self._run.conditions = attributes.get("id", "")

    def _begin_type(self, attributes: Attributes) -> None:
        self._type_target = attributes.get("targetId", "")

    def _begin_dye(self, attributes: Attributes) -> None:
        if len(self.path) == 3 and self.path[1] == "target":
            self._dye = attributes.get("id", "")

    def _begin_experiment(self, attributes: Attributes) -> None:
        if len(self.path) == 2:
            self.file.experiments.append(Experiment(attributes.get("id", "")))

    def _begin_run(self, attributes: Attributes) -> None:
        if len(self.path) == 3 and self.file.experiments:
            self._run = Run(attributes.get("id", ""))
            self.file.experiments[-1].runs.append(self._run)
            self._fields = {}

    def _begin_react(self, attributes: Attributes) -> None:
        self._react = (attributes.get("id", ""), "")

    def _begin_data(self, _attributes: Attributes) -> None:
        self._data = Measured("", "", "", None, excluded=False)

    def _begin_tar(self, attributes: Attributes) -> None:
        if self.path[-2] == "data":
            self._data.target = attributes.get("id", "")

    def _begin_point(self, attributes: Attributes) -> None:
        self._point = {}
        number = attributes.get(MARK)
        if number is not None and self._curves and self.path[-2] == "data":
            curve = self._curves[int(number)]
            (self._data.amplification if self.path[-1] == "adp" else self._data.melt).extend(curve)

    def end(self, _tag: str) -> None:
        """Take what an element held, now that it is whole."""
        path = self.path
        finish = END.get(path[-1])
        if finish is not None:
            finish(self, "".join(self.text).strip())
        self.text.clear()
        path.pop()

    def _end_field(self, text: str) -> None:
        """Keep the text of a leaf under its name, for the element around it."""
        if self.path[-2:-1] and self.path[-2] in {"adp", "mdp"}:
            self._point[self.path[-1]] = text
        else:
            self._fields.setdefault(self.path[-1], text)

    def _end_type(self, text: str) -> None:
        if self.path[1:2] == ["sample"] and len(self.path) == 3:
            self._types.append((self._type_target, text))

    def _end_dye(self, text: str) -> None:
        self._dye = self._dye or text

    def _end_sample(self, _text: str) -> None:
        if len(self.path) == 2:
            self.file.samples[self._identity] = Sample(self._shown(), self._types)

    def _end_target(self, _text: str) -> None:
        if len(self.path) == 2:
            self.file.dyes[self._identity] = self._dye

    def _end_repeat(self, text: str) -> None:
        self._loop = max(self._loop, cycles(text))

    def _end_programme(self, _text: str) -> None:
        if len(self.path) == 2:
            self.file.loops[self._identity] = self._loop

    def _end_plate(self, text: str) -> None:
        fields = self._fields
        if fields.get("rows") is None and text:
            self._run.plate = Plate.of_words(text)
            return
        self._run.plate = Plate(
            cycles(fields.pop("rows", "")),
            cycles(fields.pop("columns", "")),
            fields.pop("rowLabel", "ABC"),
            fields.pop("columnLabel", "123"),
        )

    def _end_run_field(self, text: str) -> None:
        if len(self.path) == 4:
            self._run.facts.setdefault(self.path[-1], clean(text))

    def _end_stamp(self, text: str) -> None:
        if len(self.path) == 2:
            self.file.stamps[self.path[-1]] = text

    def _end_serial(self, text: str) -> None:
        if self.path[1:2] == ["id"]:
            self.file.stamps["serialNumber"] = text

    def _end_cq(self, text: str) -> None:
        if self.path[-2] == "data":
            self._data.cq = text

    def _end_excl(self, _text: str) -> None:
        # The schema: present means excluded, whatever it holds.
        if self.path[-2] == "data":
            self._data.excluded = True

    def _end_partitions(self, _text: str) -> None:
        if self.path[-2] == "react":
            self._run.partitions.append(self._react[0])

    def _end_point(self, _text: str) -> None:
        point = self._point
        first = point.get("cyc" if self.path[-1] == "adp" else "tmp")
        if first is None or self.path[-2] != "data":
            return
        try:
            made = (float(first), float(point.get("fluor", "")))
        except ValueError:
            return
        if math.isfinite(made[0]) and math.isfinite(made[1]):
            (self._data.amplification if self.path[-1] == "adp" else self._data.melt).append(made)

    def _end_data(self, _text: str) -> None:
        if self.path[-2:-1] != ["react"] or not self.file.experiments:
            return
        data, run = self._data, self._run
        run.pending.append(data)
        if data.amplification:
            run.last_cycle = max(run.last_cycle, int(max(data.amplification)[0]))

    def _end_react(self, _text: str) -> None:
        if not self.file.experiments:
            return
        for data in self._run.pending:
            data.react, data.sample = self._react
        self._run.measured += self._run.pending
        self._run.pending.clear()

    def _shown(self) -> str:
        """Return the name people know a sample by: its description where the id is a UUID."""
        description = plain(self._fields.get("description", ""))
        is_key = UUID_LIKE.fullmatch(self._identity) is not None
        return description if is_key and description else plain(self._identity)


BEGIN: Mapping[str, Callable[[Walk, Attributes], None]] = {
    "rdml": Walk._begin_root,  # noqa: SLF001 (the tables belong to the class)
    "sample": Walk._begin_top,  # noqa: SLF001
    "target": Walk._begin_top,  # noqa: SLF001
    "thermalCyclingConditions": Walk._begin_top,  # noqa: SLF001
    "type": Walk._begin_type,  # noqa: SLF001
    "dyeId": Walk._begin_dye,  # noqa: SLF001
    "experiment": Walk._begin_experiment,  # noqa: SLF001
    "run": Walk._begin_run,  # noqa: SLF001
    "react": Walk._begin_react,  # noqa: SLF001
    "data": Walk._begin_data,  # noqa: SLF001
    "tar": Walk._begin_tar,  # noqa: SLF001
    "adp": Walk._begin_point,  # noqa: SLF001
    "mdp": Walk._begin_point,  # noqa: SLF001
}
END: Mapping[str, Callable[[Walk, str], None]] = {
    **dict.fromkeys(
        ("cyc", "tmp", "fluor", "description", "rows", "columns", "rowLabel", "columnLabel"),
        Walk._end_field,  # noqa: SLF001
    ),
    "type": Walk._end_type,  # noqa: SLF001
    "dyeId": Walk._end_dye,  # noqa: SLF001
    "sample": Walk._end_sample,  # noqa: SLF001
    "target": Walk._end_target,  # noqa: SLF001
    "repeat": Walk._end_repeat,  # noqa: SLF001
    "thermalCyclingConditions": Walk._end_programme,  # noqa: SLF001
    "pcrFormat": Walk._end_plate,  # noqa: SLF001
    "instrument": Walk._end_run_field,  # noqa: SLF001
    "cqDetectionMethod": Walk._end_run_field,  # noqa: SLF001
    "runDate": Walk._end_run_field,  # noqa: SLF001
    "dateMade": Walk._end_stamp,  # noqa: SLF001
    "dateUpdated": Walk._end_stamp,  # noqa: SLF001
    "serialNumber": Walk._end_serial,  # noqa: SLF001
    "cq": Walk._end_cq,  # noqa: SLF001
    "excl": Walk._end_excl,  # noqa: SLF001
    "partitions": Walk._end_partitions,  # noqa: SLF001
    "adp": Walk._end_point,  # noqa: SLF001
    "mdp": Walk._end_point,  # noqa: SLF001
    "data": Walk._end_data,  # noqa: SLF001
    "react": Walk._end_react,  # noqa: SLF001
}
