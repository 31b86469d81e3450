"""The farm's first page, its list and the paper itself say at once that a lorry may not go."""

from aquacert.app import runner_of
from aquacert.certificates import commands
from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.scope import SYSTEM
from tests.make.certificates import issue_one, make_ready
from tests.make.declarations import make_declaration
from tests.make.hatcheries import owner_of
from tests.make.surveillance import brought_in, luhe
from tests.rooms.declarations.test_views import browser, text


def farm_row(db, paper):
    with db.look(SYSTEM) as look:
        return look.get(Hatchery, paper.farm.hatchery_id)


def pages(app, db, paper):
    """Return what the owner reads at home, in the list and on the paper."""
    secret, _actor = owner_of(db, farm_row(db, paper))
    owner = browser(app, secret)
    own = f"/declarations/{paper.declaration_id}"
    return [text(owner.get(path)) for path in ("/declarations/home", "/declarations/mine", own)]


def test_a_suspended_certificate_is_told_wherever_the_owner_looks_until_it_is_good_again(
    house, db, app
):
    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    for shown in pages(app, db, ready.paper):
        assert "等到达报告" in shown
        assert "检疫证明已暂停" not in shown
    with db.work(SYSTEM) as w:
        commands.suspend(w, certificate_id, "复检中")
    for shown in pages(app, db, ready.paper):
        assert "检疫证明已暂停，先不要装车" in shown
        assert "复检中" in shown
        assert "等到达报告" not in shown
    with db.work(SYSTEM) as w:
        commands.resume_certificate(w, certificate_id, "复检阴性")
    assert all("检疫证明已暂停" not in shown for shown in pages(app, db, ready.paper))


def test_a_declaration_in_a_zone_is_told_so_at_home(house, db, app):

    paper = make_declaration(db)
    brought_in(db, luhe(localityName="Yuhuatai District", latitude="", longitude=""))
    runner_of(house).run_all()
    home, mine, own = pages(app, db, paper)
    for shown in (home, mine, own):
        assert "因疫情拦下，先不要装车" in shown
    assert "等申报点答复" not in home + mine
