"""Elder edition and WeChat care font, measured: type, lines, targets, contrast, nothing pushed out.

U1 (MIIT 适老化通用设计规范 §1.1-1.5, 2.1-2.4): type ≥ 18 px, lines ≥ 1.3, main targets ≥ 60 × 60,
others ≥ 44 × 44. U2 (WeChat): whole at a root font of 23.8 to 30 px. U3: axe says nothing serious.
"""

from __future__ import annotations

import pytest

from tests.browser.hand import SMALL, Hand
from tests.make.certificates import make_ready
from tests.make.declarations import draft, make_declaration
from tests.make.inspections import start
from tests.make.movements import make_road

pytestmark = pytest.mark.browser
ROOTS = {True: (16, 30), False: (23.8,)}
"""Root fonts for the elder edition and for the plain one."""
MEASURE = """elder => {
  const faults = [], seen = new Set();
  const say = (what, el) => {
    const name = el.tagName.toLowerCase() + (el.className && el.className.baseVal === undefined ? '.' + String(el.className).trim().replace(/ +/g, '.') : '');
    const line = what + ' ' + name + ' “' + (el.innerText || el.value || '').trim().slice(0, 16) + '”';
    if (!seen.has(line)) { seen.add(line); faults.push(line); }
  };
  const shown = el => { const r = el.getBoundingClientRect(); return el.checkVisibility({visibilityProperty: true, opacityProperty: true}) && r.width > 1 && r.height > 1 && r.right > 0; };
  for (const el of document.body.querySelectorAll('*')) {
    if (!shown(el) || el.closest('svg, .sr')) { continue; }
    const has = [...el.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    const css = getComputedStyle(el), size = parseFloat(css.fontSize);
    if (has || el.matches('input, select, textarea')) {
      if (elder && size < 18) { say('type ' + size, el); }
      if (!elder && size < 12) { say('type ' + size, el); }
      const line = parseFloat(css.lineHeight);
      if (has && el.innerText.trim().length > 20 && !(line / size >= 1.29)) { say('lines ' + (line / size), el); }
    }
  }
  for (const el of document.body.querySelectorAll('a[href], button, select, textarea, summary, input:not([type=hidden])')) {
    let box = el;
    if (el.matches('input') && el.closest('label')) { box = el.closest('label'); }
    if (!shown(box) || el.closest('.skip, .sr')) { continue; }
    const r = box.getBoundingClientRect();
    if (getComputedStyle(box).display === 'inline' && box.closest('p, li, dd, td, small')) { continue; }
    const main = el.matches('.btn.primary, .btn.big, .btn.call, .tabbar a');
    const least = elder && main ? 60 : 44;
    if (r.height < least - 0.5 || r.width < least - 0.5) { say('target ' + Math.round(r.width) + '×' + Math.round(r.height) + ' < ' + least, el); }
    if (r.right > innerWidth + 1 && !el.closest('.table-responsive, .tabs')) { say('out of the page', el); }
  }
  return faults;
}"""
WIDE = "document.documentElement.scrollWidth - innerWidth"
OWNER = (
    "/declarations/home",
    "/declarations/mine",
    "/hatcheries/own",
    "/hatcheries/own/confirm",
    "/hatcheries/own/lots/new",
    "/hatcheries/own/licences",
    "/hatcheries/own/licences/new",
    "/hatcheries/own/stock",
    "/accounts/inbox",
    "/accounts/me",
    "/accounts/sessions",
    "/sampling/own",
)
CONTRAST = ("/accounts/sign-in", "/declarations/home", "/hatcheries/own/lots/new", "/inspections/")
"""Where axe looks at the elder edition too: the colours are the same on every page."""
STRANGER = ("/accounts/sign-in", "/hatcheries/register", "/nothing-here")


def measure(hand: Hand, path: str, *, elder: bool) -> None:
    """Measure a page at each root font; what is wrong goes to the walk's faults."""
    hand.open(path)
    assert (hand.page.locator("[data-elder]").count() > 0) == elder, path
    for root in ROOTS[elder]:
        hand.page.evaluate("px => { document.documentElement.style.fontSize = px + 'px'; }", root)
        for fault in hand.page.evaluate(MEASURE, elder):
            hand.walk.faults.append(f"{path} {'elder' if elder else 'plain'} {root}: {fault}")
        if (wide := hand.page.evaluate(WIDE)) > 0:
            hand.walk.faults.append(f"{path} {'elder' if elder else 'plain'} {root}: {wide} px out")
    name = f"{'elder' if elder else 'plain'}{path.replace('/', '_')[:40]}"
    hand.walk.shot(hand.page, f"{name}_root30")
    hand.page.evaluate("document.documentElement.style.fontSize = ''")
    hand.walk.shot(hand.page, name)
    if elder and path in CONTRAST:
        hand._check_axe(SMALL["width"])


@pytest.fixture
def addresses(db, house):
    """Pages of the owner, the vet and the stranger that need an object."""
    road = make_road(house)
    ready = make_ready(db, numbers=False)
    paper = make_declaration(db, state="assigned")
    [check] = start(db, paper)
    farm = paper.farm
    owner = (
        f"/declarations/{draft(db, farm)}/edit",
        f"/declarations/{paper.declaration_id}/sent",
        f"/declarations/{paper.declaration_id}",
        f"/hatcheries/lots/{farm.lot_id}",
    )
    vet = (
        "/inspections/",
        f"/inspections/{paper.declaration_id}",
        f"/inspections/checks/{check}",
        "/certificates/ready",
    )
    signs = (f"/certificates/loads/{ready.load_id}",)
    stranger = (f"/movements/arrive/{road.public_id}",)
    return farm, paper.vet, ready.vet, owner, vet, signs, stranger


def test_phone_pages_stand_in_large_print_and_in_care_font(walk, seat, axe, app, addresses):
    farm, field_vet, signer, owner, vet, signs, stranger = addresses
    walk.axe = axe
    hand = walk.hand(SMALL)
    for path in (*STRANGER, *stranger):
        hand.open("/accounts/sign-in?elder=0")
        measure(hand, path, elder=False)
        hand.open("/accounts/sign-in?elder=1")
        measure(hand, path, elder=True)
    hand.close()
    hand = walk.hand(SMALL)
    cookie = {"name": app.config["SESSION_COOKIE_NAME"], "url": walk.base}
    hand.context.add_cookies([{**cookie, "value": owner_cookie(app, farm.owner_secret)}])
    walk_all(hand, (*OWNER, *owner))
    hand.close()
    for made, paths in ((field_vet, vet), (signer, signs)):
        hand = seat(made, wide=False)
        walk_all(hand, paths)
        hand.close()
    assert walk.faults == []


def walk_all(hand: Hand, paths: tuple[str, ...]) -> None:
    """Measure the pages of one person, then again in large print that he switched on himself."""
    for path in paths:
        measure(hand, path, elder=False)
    hand.open(f"{paths[0]}?elder=1")
    for path in paths:
        measure(hand, path, elder=True)


def owner_cookie(app, secret: str) -> str:
    """Return the cookie of a farm owner who has signed in."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(_user_id=secret, _fresh=True)
    return client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value
