"""Doors of the pools: what may be pooled, pools as trees, labels, limits."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from aquacert.accounts.queries.people import person_label
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from labs.bench.rules import OUTCOME_WORDS, RESULT_MOVES
from labs.intake.models import AssayOrder
from labs.pools import queries
from labs.pools.commands import dissolve_pool, make_pool, retract_pool, set_pool_limit
from labs.pools.forms import LimitForm, PoolForm
from labs.pools.models import Pool, PoolLimit
from labs.pools.rules import MEMBER_MOVES, MOVES, SHIPPED, PoolState
from labs.register.forms import ReasonForm
from labs.register.models import LabScope

bp = Blueprint("labs_pools", __name__, url_prefix="/labs/pools")


@bp.get("/")
@allowed(P.LAB_READ)
def index() -> ResponseReturnValue:
    """Pools, newest first."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    states = [PoolState.OPEN] if request.args.get("open") == "1" else []
    with look() as unit:
        pages = unit.pages(queries.pools(unit, words, *states), number, 50)
        wanted = AssayOrder.id.in_([pool.order_id for pool in pages.items])
        orders = {order.id: order for order in unit.scalars(select(AssayOrder).where(wanted))}
        return page("labs/pools.html", pages=pages, orders=orders, q=words, words=MOVES.words)


@bp.get("/new")
@allowed(P.LAB_ENTER)
def new() -> ResponseReturnValue:
    """Owed tests that fit together, group by group."""
    return _new(PoolForm(formdata=None))


@bp.post("/new")
@allowed(P.LAB_ENTER)
def make() -> ResponseReturnValue:
    """Put the ticked ones together as one pool."""
    form = PoolForm()
    with form.trying(), work(once=form.key()) as w:
        pool_id = make_pool(w, form.chosen(request.form.getlist("order")))
        w.reply = url_for(".show", pool_id=pool_id)
    return _new(form) if form.wrong else redirect(w.reply or "")


@bp.get("/<uuid:pool_id>")
@allowed(P.LAB_READ)
def show(pool_id: UUID) -> ResponseReturnValue:
    """A pool with its members as a tree."""
    return _show(pool_id, ReasonForm(formdata=None))


@bp.get("/<uuid:pool_id>/label")
@allowed(P.LAB_READ)
def label(pool_id: UUID) -> ResponseReturnValue:
    """The slip for the pool's tube, to be printed."""
    with look() as unit:
        row = unit.get(Pool, pool_id)
        return page("labs/pool_label.html", pool=row, tree=queries.tree(unit, row))


@bp.post("/<uuid:pool_id>/dissolve")
@allowed(P.LAB_ENTER)
def dissolve(pool_id: UUID) -> ResponseReturnValue:
    """Give up a pool without a result."""
    form = ReasonForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            dissolve_pool(w, pool_id, form.because.data or "")
            w.reply = url_for(".show", pool_id=pool_id)
    return _show(pool_id, form) if form.wrong else redirect(url_for(".show", pool_id=pool_id))


@bp.post("/<uuid:pool_id>/retract")
@allowed(P.LAB_REVIEW)
def retract(pool_id: UUID) -> ResponseReturnValue:
    """Take a pool's verified result back, and its members' with it."""
    form = ReasonForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            retract_pool(w, pool_id, form.because.data or "")
            w.reply = url_for(".show", pool_id=pool_id)
    return _show(pool_id, form) if form.wrong else redirect(url_for(".show", pool_id=pool_id))


@bp.get("/limits")
@allowed(P.LAB_READ)
def limits() -> ResponseReturnValue:
    """How many items one pool of each method may hold."""
    return _limits(LimitForm(formdata=None))


@bp.post("/limits")
@allowed(P.LAB_REGISTER)
def set_limit() -> ResponseReturnValue:
    """Set a method's limit from a day on."""
    form = LimitForm()
    _offer_methods(form)
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            set_pool_limit(w, **form.asked())
            w.reply = url_for(".limits")
    return _limits(form) if form.wrong else redirect(url_for(".limits"))


def _new(form: PoolForm) -> tuple[str, int]:
    with look() as unit:
        found = queries.groups(unit, request.args.get("q", ""))
        html = page(
            "labs/pool_new.html",
            groups=found,
            ticked=set(request.form.getlist("order")),
            form=form,
        )
    return html, form.status


def _show(pool_id: UUID, form: ReasonForm) -> tuple[str, int]:
    with look() as unit:
        row = unit.get(Pool, pool_id)
        html = page(
            "labs/pool.html",
            pool=row,
            order=unit.get(AssayOrder, row.order_id),
            tree=queries.tree(unit, row),
            cost=queries.cost_of(unit, row),
            maker=person_label(unit, row.made_by_id) if row.made_by_id else "系统",
            touched=_touched(unit, row),
            words=MOVES.words,
            member_words=MEMBER_MOVES.words,
            outcomes=OUTCOME_WORDS,
            states=RESULT_MOVES.words,
            form=form,
        )
    return html, form.status


def _touched(unit: Look, row: Pool) -> tuple[int, int]:
    """Return how many members' results, and how many reports, taking this pool's result back would touch."""
    resting = queries.resting_on(unit, row.id)
    return len(resting), len(queries.reported_members(unit, row.id))


def _offer_methods(form: LimitForm) -> None:
    """Offer every method that some laboratory may do."""
    with look() as unit:
        named = {row.method_code: row.method_standard for row in unit.scalars(select(LabScope))}
    form.method_code.choices = [SelectChoice(code, name) for code, name in sorted(named.items())]


def _limits(form: LimitForm) -> tuple[str, int]:
    _offer_methods(form)
    with look() as unit:
        rows = unit.scalars(select(PoolLimit).order_by(PoolLimit.method_code, PoolLimit.from_on))
        html = page("labs/pool_limits.html", limits=rows, shipped=SHIPPED, form=form)
    return html, form.status
