"""A plate typed with real keys: no mouse, no word that is not understood, no value of another tab lost."""

from labs.bench.commands import Typed, enter_wells
from labs.bench.models import BenchRun
from tests.make.labs import make_lab
from tests.make.plates import make_run, make_strict, make_strict_items, plate


def typed(db, lab, run_id):
    """What every well of the plate says now."""
    return {well: cell.text for well, cell in plate(db, lab, run_id).cells.items() if cell.text}


def saved(hand):
    hand.page.wait_for_function(
        "() => !document.querySelector('td.unsaved') && document.querySelector('[data-said]').textContent"
    )


def test_a_technician_types_a_plate_without_a_mouse(db, as_person):
    lab = make_lab(db)
    equipment = make_strict(db, lab)
    codes = make_strict_items(db, lab, 3)
    run_id = make_run(db, lab, equipment)
    hand = as_person(lab.technician)
    hand.open(f"/labs/bench/runs/{run_id}")
    keys = hand.page.keyboard
    assert hand.page.evaluate("document.activeElement.matches('[data-value]')")
    keys.type("36.8\n37.4\n")
    keys.press("n")
    keys.press("x")
    keys.press("z")
    keys.type("28,6\n")
    assert "不认识" in hand.page.inner_text("[data-said]")
    assert hand.page.inner_text("[data-here]") == "D1"
    keys.press("Escape")
    keys.type("无\n")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    assert hand.page.inner_text("[data-here]") == "C1"
    saved(hand)
    assert typed(db, lab, run_id) == {"A1": "36.8", "B1": "37.4", "C1": "无", "D1": "无"}
    assert "不能下结论" in hand.open(f"/labs/bench/runs/{run_id}?well=A1").look("plate")

    hand.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData('text', '无\\n无');
          const field = document.querySelector('[data-value]');
          field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    saved(hand)
    assert typed(db, lab, run_id)["B1"] == "无", "a pasted column lies where the cursor was"

    with db.work(lab.technician.actor) as w:
        enter_wells(w, run_id, [Typed("E1", "31.5", 0)])
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.type("30.1\n")
    hand.page.wait_for_selector("[data-clashes] button")
    assert "31.5" in hand.page.inner_text("[data-clashes]")
    assert typed(db, lab, run_id)["E1"] == "31.5"
    hand.walk.faults.clear()  # the 409 was wanted
    hand.page.click("[data-clashes] button:has-text('30.1')")
    saved(hand)
    assert typed(db, lab, run_id)["E1"] == "30.1"
    for well, text in (("F1", "n"), ("A12", "n"), ("B12", "n"), ("C12", "33.1")):
        hand.page.click(f"[data-well={well}]")
        keys.type(text if text == "n" else f"{text}\n")
    keys.type("24.8\n")
    saved(hand)
    assert typed(db, lab, run_id)["D12"] == "24.8"
    keys.press("Control+Enter")
    hand.page.wait_for_selector(".done-line")
    with db.look(lab.technician.actor) as look:
        assert look.get(BenchRun, run_id).submitted_at is not None
    assert codes[0] in hand.text()
    hand.close()
    assert hand.walk.faults == []


def test_worksheets_and_plates_read_for_everybody_on_a_phone_too(db, as_person, walk, axe):
    lab = make_lab(db)
    make_strict(db, lab)
    [code] = make_strict_items(db, lab, 1)
    walk.axe = axe
    hand = as_person(lab.technician)
    hand.open("/labs/bench/").look("owed")
    hand.open("/labs/bench/runs/new").look("new_run")
    hand.open("/labs/plates/new").look("new_worksheet")
    hand.press("按列排板").look("worksheet")
    hand.follow("打印板图").look("worksheet_paper")
    hand.follow("返回").press("按这块板开始运行")
    assert code in hand.look("plate")
    hand.open(f"{hand.path}/columns/1").look("column")
    hand.open("/labs/plates/").look("worksheets")
    hand.close()
    assert hand.walk.faults == []
