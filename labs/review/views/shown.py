"""What every page of the review shows, and what its form says was shown."""

from aquacert.http.pages import page
from aquacert.kernel.work import Look
from labs.bench.models import Result
from labs.bench.rules import OUTCOME_WORDS, RESULT_MOVES
from labs.review import queries
from labs.review.forms import SignForm
from labs.review.rules import LEFT_WORDS, SENTENCES


def offer(unit: Look, form: SignForm, rows: list[Result]) -> None:
    """Let the form say what this page shows: what is confirmed is always that of this moment."""
    form.digest.data = queries.record_of(unit, rows).digest
    form.results.data = " ".join(str(row.id) for row in rows)
    form.opened.data = unit.now.isoformat()
    form.code.data = ""


def _words() -> dict[str, object]:
    """Return the words that every page of the review uses."""
    return {
        "outcomes": OUTCOME_WORDS,
        "states": RESULT_MOVES.words,
        "left_words": LEFT_WORDS,
        "locked_words": SENTENCES,
    }


def rendered(unit: Look, template: str, **context: object) -> str:
    """Render a page of the review with its tabs."""
    back = unit.pages(queries.returned(unit), 1, 1).total
    waiting = unit.pages(queries.waiting(unit), 1, 1).total
    return page(template, back_count=back, wait_count=waiting, now=unit.now, **_words(), **context)
