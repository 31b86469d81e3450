"""A laboratory's own system: registered, its signed messages taken in their order, called when there is work."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sqlalchemy import select

from aquacert.accounts.queries.actors import token_actor
from aquacert.accounts.queries.inbox import inbox
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, TooMany, Unavailable
from labs.bench.models import Result, WellRow
from labs.exchange.commands import (
    call_systems,
    register_system,
    renew_token,
    replace_key,
    revoke_system,
    set_webhook,
    take_message,
)
from labs.exchange.commands.applying import NOT_UNDERSTOOD
from labs.exchange.models import LabMessage
from labs.intake.commands import announce
from labs.intake.models import Item
from labs.intake.queries import item_by_code
from labs.register.queries import instruments_of, laboratory, lots_of
from tests.make.accounts import also, token
from tests.make.labs import DISEASE, announced, blind, make_items, make_lab

KIND = "aquacert-lab+jwt"
ORDERS = [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)]
"""Of the 24; the rule that orders them is held to all by tests/rules."""


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class System:
    """A laboratory's own system as its maker writes it: only a key, a token and JSON."""

    def __init__(self, db, lab, receiver_id=None):
        self.db, self.lab = db, lab
        self.private = ec.generate_private_key(ec.SECP256R1())
        with db.work(lab.authoriser.actor) as w:
            made = register_system(
                w,
                lab.lab_id,
                name="检验管理系统",
                operator_id=lab.technician.person_id,
                receiver_id=receiver_id,
                public_key=self.pem(),
            )
            self.code = laboratory(w, lab.lab_id).code
        self.system_id, self.token = made.system_id, made.token
        self.actor = self.acting()

    def acting(self):
        """Return whom the house sees behind the token."""
        with self.db.look() as look:
            return token_actor(look, self.token)

    def pem(self):
        return (
            self.private.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )

    @classmethod
    def fresh_pem(cls):
        other = cls.__new__(cls)
        other.private = ec.generate_private_key(ec.SECP256R1())
        return other.pem()

    def message(self, sequence, kind="nothing", body=None, **claims):
        header = {"alg": "ES256", "typ": KIND}
        said = {
            "aud": "aquacert",
            "lab": self.code,
            "sequence": sequence,
            "message_id": f"m-{sequence}",
            "sent_at": "2026-05-12T09:30:00+08:00",
            "kind": kind,
            "body": body or {},
        } | claims
        covered = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(said).encode())}"
        der = self.private.sign(covered.encode(), ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(der)
        return f"{covered}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}".encode()

    def send(self, *messages):
        return [take_message(self.db, self.actor, m) for m in messages]


def run_body(codes, **more):
    """Return a run's body: two wells each, with the controls the method wants."""
    wells = [
        {"well": f"A{n}", "sample": code, "target": DISEASE, "cq": cq}
        for n, (code, cq) in enumerate([(c, q) for c, q in codes.items() for _ in "12"], start=1)
    ]
    controls = [("NTC", "ntc", None), ("PC", "positive", 24.8)]
    wells += [
        {"well": f"H{n}", "sample": name, "role": role, "target": DISEASE, "cq": cq}
        for n, (name, role, cq) in enumerate(controls, start=1)
    ]
    return {"run": "R-1", "cycles": 40, "wells": wells} | more


@pytest.fixture
def lab(db):
    return make_lab(db)


@pytest.fixture
def system(db, lab):
    return System(db, lab)


def announce_items(db, lab, count):
    codes = [blind() for _ in range(count)]
    with db.work(lab.receiver.actor) as w:
        announce(w, lab_id=lab.lab_id, items=[announced(code, db) for code in codes])
    return codes


def both(db, system):
    """Let the technician also receive, as small laboratories do."""
    lab = system.lab
    also(db, lab.technician, "lab_receiver", organisation_id=lab.lab_id)
    system.actor = system.acting()


def state_of(db, lab):
    """Return what the laboratory's records say, without ids and instants."""
    with db.look(lab.technician.actor) as look:
        items = look.session.execute(
            select(Item.blind_code, Item.state, Item.condition).order_by(Item.blind_code)
        ).all()
        results = look.session.execute(
            select(Item.blind_code, Result.version, Result.outcome, Result.state)
            .join(Item, Item.id == Result.item_id)
            .order_by(Item.blind_code, Result.version)
        ).all()
        wells = look.session.execute(
            select(WellRow.sample, WellRow.well, WellRow.cq_milli).order_by(
                WellRow.sample, WellRow.well, WellRow.cq_milli
            )
        ).all()
        messages = look.session.execute(
            select(LabMessage.sequence, LabMessage.state, LabMessage.reasons).order_by(
                LabMessage.sequence
            )
        ).all()
    return items, results, wells, messages


def test_messages_in_order_receive_and_enter_what_a_person_would(db, lab, system):
    [code] = announce_items(db, lab, 1)
    both(db, system)
    with db.look(lab.technician.actor) as look:
        [instrument], [lot] = instruments_of(look, lab.lab_id), lots_of(look, lab.lab_id)
    body = run_body({code: None}, instrument=instrument.instrument.code, lot=lot.lot.lot)
    lines = system.send(
        system.message(1, "receipt", {"blind_code": code, "condition": "good"}),
        system.message(2, "run", body),
    )
    assert [(line.state, line.reasons) for line in lines] == [("applied", ())] * 2
    _, [(_, version, outcome, state)], _, _ = state_of(db, lab)
    assert (version, outcome, state) == (1, "negative", "entered")


def test_every_arrival_of_the_same_messages_ends_in_one_state(db, lab, system):
    ends = []
    for order in ORDERS:
        other = make_lab(db)
        theirs = System(db, other)
        both(db, theirs)
        one, two = announce_items(db, other, 2)
        messages = [
            theirs.message(1, "receipt", {"blind_code": one, "condition": "good"}),
            theirs.message(2, "receipt", {"blind_code": two, "condition": "leaked"}),
            theirs.message(3, "run", run_body({one: None, two: 24.1})),
            theirs.message(4, "run", run_body({one: 20.0}, run="R-2")),
        ]
        theirs.send(*(messages[place] for place in order), *messages)
        names = {one: "one", two: "two"}
        ends.append(renamed(of_lab(db, other, names), names))
    assert all(end == ends[0] for end in ends)
    assert [state for _, state, _ in ends[0][3]] == ["applied", "applied", "applied", "refused"]


def of_lab(db, lab, names):
    items, results, wells, _ = state_of(db, lab)
    with db.look(lab.technician.actor) as look:
        messages = look.session.execute(
            select(LabMessage.sequence, LabMessage.state, LabMessage.reasons)
            .where(LabMessage.lab_id == lab.lab_id)
            .order_by(LabMessage.sequence)
        ).all()
    mine = [[row for row in rows if row[0] in names] for rows in (items, results, wells)]
    return (*mine, messages)


def renamed(rows, names):
    text = json.dumps([[list(row) for row in some] for some in rows], ensure_ascii=False)
    for code, name in names.items():
        text = text.replace(code, name)
    return [[tuple(row) for row in some] for some in json.loads(text)]


def test_a_later_message_waits_and_says_for_what(system):
    [line] = system.send(system.message(3))
    assert (line.state, line.waiting_for) == ("held", (1, 2))
    system.send(system.message(1), system.message(2))
    [line] = system.send(system.message(3))
    assert line.state == "applied"


@pytest.mark.parametrize(("limit", "most"), [("MOST_WAITING", 2), ("MOST_WAITING_BYTES", 600)])
def test_too_many_may_not_wait_but_what_they_wait_for_is_always_taken(
    system, monkeypatch, limit, most
):
    monkeypatch.setattr(f"labs.exchange.rules.{limit}", most)
    system.send(system.message(2), system.message(3))
    with pytest.raises(TooMany):
        system.send(system.message(4))
    [line] = system.send(system.message(1))
    assert line.state == "applied"
    [line] = system.send(system.message(4))
    assert line.state == "applied"


def test_the_same_message_again_changes_nothing_even_signed_anew(db, lab, system):
    system.send(system.message(1), system.message(1), system.message(1))
    assert len(state_of(db, lab)[3]) == 1


def test_another_message_under_a_used_number_or_name_is_refused(system):
    system.send(system.message(1))
    with pytest.raises(Conflict):
        system.send(system.message(1, body={"other": 1}))
    with pytest.raises(Conflict):
        system.send(system.message(2, message_id="m-1"))


def test_what_the_rules_refuse_is_marked_and_the_next_one_goes_on(db, lab, system):
    lines = system.send(
        system.message(1, "run", run_body({"NOBODY-01": None})),
        system.message(2, "run", {"wells": "none"}),
        system.message(3, "run", run_body({}, lot="NO-SUCH-LOT")),
        system.message(4, "receipt", {"blind_code": "X", "condition": "good"}),
        system.message(5),
    )
    assert [line.state for line in lines] == ["refused"] * 4 + ["applied"]
    assert all(line.reasons for line in lines[:4])
    assert state_of(db, lab)[1] == []


def test_a_message_that_breaks_on_its_content_does_not_stop_the_next(db, system, monkeypatch):
    def broken(*_):
        raise ValueError("nobody thought of this")

    monkeypatch.setattr("labs.exchange.commands.applying._apply", broken)
    [line] = system.send(system.message(1))
    assert (line.state, line.reasons) == ("refused", (NOT_UNDERSTOOD,))
    monkeypatch.undo()
    [line] = system.send(system.message(2))
    assert line.state == "applied"


def test_a_system_does_nothing_that_its_person_may_not(db, lab, system):
    [code] = announce_items(db, lab, 1)
    [line] = system.send(system.message(1, "receipt", {"blind_code": code, "condition": "good"}))
    assert line.state == "refused"
    with db.look(lab.receiver.actor) as look:
        assert item_by_code(look, code).condition is None


def changed(token):
    header, claims, signature = token.split(b".")
    said = json.loads(base64.urlsafe_b64decode(claims + b"=="))
    said["body"] = {"other": 1}
    return b".".join([header, b64(json.dumps(said).encode()).encode(), signature])


def test_one_changed_byte_another_key_or_no_key_is_refused(db, lab, system):
    other = System(db, make_lab(db))
    header, claims, _ = system.message(1).split(b".")
    unsigned = b".".join(
        [b64(json.dumps({"alg": "none", "typ": KIND}).encode()).encode(), claims, b""]
    )
    for altered in (
        changed(system.message(1)),
        b".".join([header, claims, other.message(1).split(b".")[2]]),
        unsigned,
        b"not.a.token",
    ):
        with pytest.raises(NotAllowed):
            system.send(altered)
    with pytest.raises(NotAllowed):
        take_message(db, lab.reviewer.actor, system.message(1))
    assert state_of(db, lab)[3] == []


def test_a_revoked_system_sends_no_more_and_its_token_ends(db, client, lab, system):
    headers = {"Authorization": f"Bearer {system.token}"}
    assert client.get("/api/v1/labs/work", headers=headers).status_code == 200
    with db.work(lab.authoriser.actor) as w:
        revoke_system(w, system.system_id, "密钥可能外泄")
    with pytest.raises(NotAllowed):
        system.send(system.message(1))
    assert client.get("/api/v1/labs/work", headers=headers).status_code == 401


def test_the_door_takes_a_message_and_tells_what_became_of_it(db, client, lab, system):
    headers = {"Authorization": f"Bearer {system.token}", "Content-Type": "application/jose"}
    held = client.post("/api/v1/labs/messages", data=system.message(2), headers=headers)
    assert (held.status_code, held.json["waiting_for"]) == (202, [1])
    done = client.post("/api/v1/labs/messages", data=system.message(1), headers=headers)
    assert (done.status_code, done.json["state"]) == (200, "applied")
    asked = client.get("/api/v1/labs/messages/2", headers=headers)
    assert (asked.status_code, asked.json["state"]) == (200, "applied")
    assert client.get("/api/v1/labs/messages/9", headers=headers).status_code == 404
    bad = client.post("/api/v1/labs/messages", data=system.message(3, lab="LAB-X"), headers=headers)
    assert (bad.status_code, list(bad.json["fields"])) == (422, ["lab"])


def test_work_is_handed_out_with_its_due_time_and_nothing_of_the_farm(db, client, lab, system):
    [code] = make_items(db, lab)
    headers = {"Authorization": f"Bearer {system.token}"}
    [test] = client.get("/api/v1/labs/work", headers=headers).json["items"]
    assert (test["blind_code"], test["disease"], bool(test["due_at"])) == (code, DISEASE, True)
    assert set(test) == {
        "blind_code",
        "kind",
        "species",
        "life_stage",
        "matrix",
        "individuals",
        "disease",
        "method",
        "received_at",
        "due_at",
        "returned",
    }


@pytest.mark.parametrize(
    ("name", "pem"),
    [("系统", "no key"), ("", None), ("检验管理系统", None)],
)
def test_a_system_needs_a_name_of_its_own_and_a_key(db, lab, system, name, pem):
    with pytest.raises(Invalid), db.work(lab.authoriser.actor) as w:
        register_system(
            w,
            lab.lab_id,
            name=name,
            operator_id=lab.technician.person_id,
            public_key=pem or System.fresh_pem(),
        )


def test_who_answers_for_a_system_is_told_of_token_and_key(db, lab, system):
    with db.work(lab.authoriser.actor) as w:
        renew_token(w, system.system_id)
    with db.work(lab.authoriser.actor) as w:
        replace_key(w, system.system_id, System.fresh_pem())
    with db.look(lab.technician.actor) as look:
        told = [m.subject for m in look.scalars(inbox(look)) if m.kind == "labs.system"]
    assert len(told) == 3
    assert all("检验管理系统" in subject for subject in told)


def test_only_people_of_the_laboratory_answer_for_its_systems(db, lab, system):
    other = make_lab(db)
    with pytest.raises(NotAllowed), db.work(lab.authoriser.actor) as w:
        register_system(
            w,
            lab.lab_id,
            name="别的系统",
            operator_id=other.technician.person_id,
            public_key=system.pem(),
        )


class Called(BaseHTTPRequestHandler):
    calls: list = []
    answer = 204

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).calls.append((dict(self.headers), body))
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver(settings):
    Called.calls, Called.answer = [], 204
    server = HTTPServer(("127.0.0.1", 0), Called)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


def test_a_system_is_called_with_a_signature_it_can_check(db, lab, system, receiver):
    object.__setattr__(db.settings, "allow_private_fetch", True)
    with db.work(lab.authoriser.actor) as w:
        secret = set_webhook(w, system.system_id, receiver)
    call_systems(db, lab.lab_id)
    [(headers, body)] = Called.calls
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)  # as their libraries do
    mac = hmac.new(key, signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert json.loads(body)["data"] == {"lab": system.code}


def test_a_call_that_is_not_taken_is_tried_again_and_shown(db, lab, system, receiver):
    object.__setattr__(db.settings, "allow_private_fetch", True)
    with db.work(lab.authoriser.actor) as w:
        set_webhook(w, system.system_id, receiver)
    Called.answer = 500
    with pytest.raises(Unavailable):
        call_systems(db, lab.lab_id)
    with db.look(lab.authoriser.actor) as look:
        from labs.exchange.queries import system as shown

        assert shown(look, system.system_id).call_error
    Called.answer = 204
    call_systems(db, lab.lab_id)
    assert len(Called.calls) == 2


def test_an_address_inside_is_no_webhook(db, lab, system):
    with pytest.raises(Invalid), db.work(lab.authoriser.actor) as w:
        set_webhook(w, system.system_id, "http://127.0.0.1/hook")


def test_a_message_is_taken_with_no_other_token_than_the_systems_own(db, client, lab, system):
    headers = {"Authorization": f"Bearer {token(db, lab.technician)}"}
    answer = client.post("/api/v1/labs/messages", data=system.message(1), headers=headers)
    assert answer.status_code == 403
    assert state_of(db, lab)[3] == []


def test_a_refused_run_names_every_row_and_a_kept_one_names_what_was_left_out(db, lab, system):
    good, doubtful = make_items(db, lab, 2)
    body = run_body({good: None, "NOBODY-01": None})
    body["wells"].append({"well": "B1", "sample": doubtful, "target": DISEASE})
    refused, kept = system.send(
        system.message(1, "run", body), system.message(2, "run", body | {"keep_good": True})
    )
    assert (refused.state, kept.state) == ("refused", "applied")
    rows = {"第 3 行 sample", "第 4 行 sample", "第 7 行 cq"}
    assert {reason.split("：")[0] for reason in kept.reasons} == rows
    assert set(refused.reasons) >= set(kept.reasons)
    assert len(state_of(db, lab)[1]) == 1


def test_receipts_count_as_the_receivers_and_results_as_the_technicians(db, lab):
    system = System(db, lab, receiver_id=lab.receiver.person_id)
    [code] = announce_items(db, lab, 1)
    lines = system.send(
        system.message(1, "receipt", {"blind_code": code, "condition": "good"}),
        system.message(2, "run", run_body({code: None})),
    )
    assert [line.state for line in lines] == ["applied", "applied"]
    with db.look(lab.technician.actor) as look:
        item = item_by_code(look, code)
        result = look.one(select(Result).where(Result.item_id == item.id))
        assert (item.received_by_id, result.entered_by_id) == (
            lab.receiver.person_id,
            lab.technician.person_id,
        )


def test_nobody_answers_for_what_he_may_not_do_himself(db, lab, system):
    fresh = System.__new__(System)
    fresh.private = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(Invalid) as refused, db.work(lab.authoriser.actor) as w:
        register_system(
            w,
            lab.lab_id,
            name="别的系统",
            operator_id=lab.reviewer.person_id,
            public_key=fresh.pem(),
        )
    assert list(refused.value.fields) == ["operator_id"]
