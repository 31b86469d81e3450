"""The app among proxies, portals, broken files and other people: no record is lost, none stays too long."""

from __future__ import annotations

from importlib import import_module

import pytest
from sqlalchemy import select

from aquacert.inspections.models import DeviceRecord
from aquacert.kernel.scope import SYSTEM
from tests.browser.phone import Phone
from tests.make.accounts import make_person
from tests.make.declarations import make_declaration
from tests.make.loopback import on_loopback
from tests.make.photographs import jpeg, photograph

pytestmark = pytest.mark.browser
STORE = "const store = await import('/static/js/field/store.js');"
HTML = {"content_type": "text/html", "body": "<h1>Sign in to the guest network</h1>"}


def taken(db) -> list[str]:
    with db.look(SYSTEM) as look:
        return list(look.session.scalars(select(DeviceRecord.kind).order_by(DeviceRecord.id)))


def comes_true(phone, what: str) -> None:
    """Wait until something holds of what is kept on the device."""
    assert phone.page.evaluate(
        f"""async () => {{
          {STORE}
          for (let tries = 0; tries < 200; tries += 1) {{
            if ({what}) {{ return true; }}
            await new Promise(done => setTimeout(done, 50));
          }}
          return false;
        }}"""
    ), what


def test_what_stands_between_app_and_server_takes_nothing(app, db, tmp_path):
    app.config.update(WTF_CSRF_ENABLED=True)
    paper = make_declaration(db, state="assigned")
    with import_module("playwright.sync_api").sync_playwright() as made, on_loopback(app) as port:
        phone = Phone(made, tmp_path / "profile", f"http://127.0.0.1:{port}")
        phone.open()
        phone.sign_in(app, db, paper.vet)
        phone.open()
        phone.until("今天 1 家")
        begins_with_a_full_device(phone, paper)
        a_phone_closes_the_database(phone, paper)
        a_proxy_refuses_the_file(db, phone, paper)
        a_file_broke_on_the_device(db, phone, paper)
        a_portal_takes_the_day_from_nobody(phone)
        sleeps_in_a_pocket(phone)
        leaves_by_the_web_pages(app, db, phone)
        assert phone.faults == []
        phone.context.close()


def begins_with_a_full_device(phone, paper) -> None:
    """The disk is full as he arrives: he is told, and the button works when there is room again."""
    phone.go(f"#/v/{paper.declaration_id}")
    phone.page.evaluate(
        """() => {
          IDBObjectStore.prototype.kept = IDBObjectStore.prototype.add;
          IDBObjectStore.prototype.add = () => { throw new DOMException('', 'QuotaExceededError'); };
        }"""
    )
    phone.tap("arrive")
    phone.until("刚才这一项没有存下")
    phone.page.evaluate("() => { IDBObjectStore.prototype.add = IDBObjectStore.prototype.kept; }")
    phone.tap("arrive")
    phone.at(f"#/b/{paper.batch_ids[0]}/papers")
    phone.badge("全部已上传")


def a_phone_closes_the_database(phone, paper) -> None:
    """A sleeping app loses its connection to its own data; the next tap opens it anew."""
    phone.page.evaluate(
        """() => {
          const begin = IDBDatabase.prototype.transaction;
          IDBDatabase.prototype.transaction = function (...given) {
            IDBDatabase.prototype.transaction = begin;
            this.close();
            return begin.apply(this, given);
          };
        }"""
    )
    phone.go(f"#/b/{paper.batch_ids[0]}/group")
    phone.choose("i-group-gut", "normal")
    comes_true(
        phone,
        "(await store.records((await store.me()).id))"
        ".some(one => one.kind === 'findings' && one.state === 'accepted')",
    )


def a_proxy_refuses_the_file(db, phone, paper) -> None:
    """403, 413 and a page instead of an answer: the record waits, what needs no file goes on."""
    answers = iter([{"status": 403, **HTML}, {"status": 200, **HTML}])
    phone.context.route("**/field/files", lambda route: route.fulfill(**next(answers)), times=2)
    sizes = []

    def narrow(route) -> None:
        sizes.append(len(route.request.post_data_buffer or b""))
        if sizes[-1] > 100_000:
            route.fulfill(status=413, **HTML)
        else:
            route.continue_()

    phone.context.route("**/field/files/*", narrow)
    phone.go(f"#/b/{paper.batch_ids[0]}/photos")
    before = len(taken(db))
    phone.picked("site", jpeg(photograph(7, side=1400), 95))
    phone.badge("1份待上传")
    for _ in range(2):
        phone.page.evaluate("window.dispatchEvent(new Event('online'))")
        phone.page.wait_for_timeout(300)
    phone.badge("全部已上传")
    assert taken(db)[before:] == ["photo"]
    assert sizes[0] > 100_000
    phone.context.unroute("**/field/files/*")


def a_file_broke_on_the_device(db, phone, paper) -> None:
    """What the disk does not give back as it was is said; it does not hold up the others."""
    phone.context.set_offline(True)
    phone.picked("group", jpeg(photograph(8, side=900), 90))
    phone.badge("1份待上传")
    phone.page.evaluate(
        f"""async () => {{
          {STORE}
          const open = indexedDB.open('aquacert-field');
          const db = await new Promise(done => {{ open.onsuccess = () => done(open.result); }});
          const bytes = db.transaction('bytes', 'readwrite').objectStore('bytes');
          bytes.openCursor().onsuccess = ({{ target: {{ result: cursor }} }}) => {{
            const held = new Uint8Array(cursor.value.data);
            held[500] ^= 255;
            cursor.update({{ ...cursor.value, data: held.buffer }});
          }};
          await new Promise(done => {{ bytes.transaction.oncomplete = done; }});
          db.close();
        }}"""
    )
    phone.go(f"#/b/{paper.batch_ids[0]}/group")
    phone.choose("i-group-colour", "normal")
    phone.context.set_offline(False)
    phone.badge("1份要处理")
    assert taken(db)[-1] == "findings"
    phone.go("#/q")
    phone.until("这个文件在本机上打不开了")
    phone.page.get_by_role("button", name="知道了").click()
    phone.badge("全部已上传")


def a_portal_takes_the_day_from_nobody(phone) -> None:
    """The guest network leads to its own page: only our own server ends a session."""
    away = {"status": 302, "headers": {"Location": "/guest"}}
    phone.context.route("**/field/day.json", lambda route: route.fulfill(**away))
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.go("#/")
    phone.until("为了安全，请重新登录")
    phone.until("今天 1 家")
    phone.context.unroute("**/field/day.json")
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.page.wait_for_function("() => !document.body.innerText.includes('为了安全')")


def sleeps_in_a_pocket(phone) -> None:
    """Three hours asleep are three hours gone; a wall clock put back is nothing."""
    for hours, least, most in ((3, 10_800_000, 10_900_000), (-5, 0, 100_000)):
        passed = phone.page.evaluate(
            """async hours => {
              const day = await import('/static/js/field/day.js'), before = day.elapsed(), real = Date.now;
              const seen = (state, ahead) => {
                Date.now = () => real() + ahead;
                Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
                document.dispatchEvent(new Event('visibilitychange'));
              };
              seen('hidden', 0);
              seen('visible', hours * 3600000);
              Date.now = real;
              delete document.visibilityState;
              return day.elapsed() - before;
            }""",
            hours,
        )
        assert least <= passed <= most


def leaves_by_the_web_pages(app, db, phone) -> None:
    """Whoever signs out on the web pages, or finds another there, leaves nothing of his farms."""
    left = f"""async () => {{
      {STORE}
      const person = await store.me();
      return [(await store.records(person.id)).length, (await store.files(person.id)).length,
              Boolean(await store.day(person.id))];
    }}"""
    assert phone.page.evaluate(left)[2]
    owner = phone.page.evaluate(f"async () => {{ {STORE} return store.me(); }}")["id"]
    phone.page.goto("about:blank")
    phone.context.clear_cookies()
    phone.page.goto(f"{phone.base}/accounts/sign-in")
    comes_true(phone, "!(await store.day((await store.me()).id))")
    assert phone.page.evaluate(left) == [0, 0, False]
    other = make_person(db, "official_vet")
    phone.sign_in(app, db, other)
    phone.open()
    phone.until("今天没有要去的现场")
    assert phone.page.evaluate(f"async () => {{ {STORE} return (await store.me()).id; }}") != owner
