"""The risk of the county of origin in the draw: a factor of a later edition, published with its parts."""

from aquacert.declarations.queries.facts import declaration
from aquacert.inspections.parsers.drawbook import draw_book
from aquacert.inspections.queries import drawing
from aquacert.inspections.rules.draw import weight_of
from aquacert.kernel.scope import SYSTEM
from tests.make.declarations import make_declaration
from tests.make.surveillance import brought_in, luhe


def test_a_stranger_adds_the_parts_up_and_gets_the_factor_and_the_weight(db):
    paper_id = make_declaration(db).declaration_id
    here = {"localityName": "Yuhuatai District", "latitude": "", "longitude": ""}
    brought_in(db, luhe(**here), luhe(Id="7002", **here))
    book, before = draw_book(2027, "lottery"), draw_book(2026, "lottery")
    with db.look(SYSTEM) as look:
        paper = declaration(look, paper_id)
        assert drawing.risk(look, paper, before["weights"]) is None
        found = drawing.risk(look, paper, book["weights"])
        plain = drawing.factors(look, paper, book["species_diseases"])
        said = drawing.factors(look, paper, book["species_diseases"], found)
    assert found["points"] == min(100, sum(points for _part, _count, points in found["parts"]))
    assert ["event_here", 2, 30] in found["parts"]
    assert found["level"] == "high"
    assert set(said) - set(plain) == {"risk-high"}
    more = book["weights"]["risk-high"]
    assert weight_of(said, book["weights"]) == weight_of(plain, book["weights"]) + more
