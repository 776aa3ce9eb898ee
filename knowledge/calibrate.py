"""Fit when the bot is sure: on an installation's own articles, or, to ship it, on a folder of articles.

``python -m knowledge.calibrate FOLDER`` writes what is shipped, after the articles or the search have changed much; it
takes about two minutes.
"""

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path

from kit.clock import Clock
from kit.db import Database
from knowledge.building import NamedEncoder, vectors_made
from knowledge.holdings import read_holdings
from knowledge.labelled.judging import judged
from knowledge.loader import phrasings_of, read_folder
from knowledge.search.calibration import Calibration, default_calibration
from knowledge.search.encoder import UniversalEncoder
from knowledge.search.fitting import Fit, calibrate, refit
from knowledge.search.head import enough_to_learn
from knowledge.search.phrasing import background
from knowledge.search.preparation import Reader
from knowledge.tuning.calibrations import current_calibration, propose_calibration
from knowledge.tuning.errors import TooLittleToFitError
from knowledge.tuning.models import SearchCalibration
from knowledge.tuning.synonyms import current_synonyms

TARGET = Path(__file__).parent / "search" / "calibration.toml"


async def propose_fit(
    db: Database, clock: Clock, encoder: NamedEncoder | None, *, by: str
) -> tuple[SearchCalibration, Fit]:
    """Fit on the published articles and on what people said of past answers; nothing counts before it is accepted."""
    model = "" if encoder is None else encoder.MODEL
    async with db.reading() as session:
        holdings = await read_holdings(session)
        reader = Reader(await current_synonyms(session))
        before = await current_calibration(session, model)
        sayings = await judged(session)
    if encoder is not None:
        holdings = await vectors_made(db, encoder, holdings)
    phrasings = holdings.phrasings(model or None)
    if not enough_to_learn(phrasings):
        raise TooLittleToFitError
    before = before or default_calibration(learnt=True, semantic=encoder is not None)
    fit = await asyncio.to_thread(refit, [*phrasings, *background()], encoder, before, sayings, reader)
    figures = {"before": asdict(fit.before), "after": asdict(fit.after), "trials": fit.trials, "judged": fit.judged}
    async with db.transaction() as session:
        row = await propose_calibration(session, clock.now(), fit.calibration, encoder=model, figures=figures, by=by)
    return row, fit


def report_fit(fit_id: int, fit: Fit) -> list[str]:
    """The figures as a table, and how to accept."""
    names = {
        "right_first": "right article first",
        "answered": "answered outright",
        "precision": "right of outright answers",
        "abstained": "silent where it should be",
    }
    before, after = asdict(fit.before), asdict(fit.after)
    table = [f"  {text:<26} {before[name]:>7.1%} {after[name]:>7.1%}" for name, text in names.items()]
    head = f"fit {fit_id}: {fit.trials} held-out questions, {fit.judged} judged by people"
    return [
        head,
        f"  {'':<26} {'before':>7} {'after':>7}",
        *table,
        f"accept it with: yingpiao search fit --accept {fit_id}",
    ]


def main() -> None:
    articles = read_folder(Path(sys.argv[1]))
    phrasings = [phrasing for article in articles for phrasing in phrasings_of(article)] + background()
    lines = ["# Written by `python -m knowledge.calibrate`: weights in the order of Evidence.features()."]
    for kind, encoder in (("semantic", UniversalEncoder()), ("lexical", None)):
        found: Calibration = calibrate(phrasings, encoder)
        lines += ["", f"[{kind}]", f"right = {list(found.right)}", f"known = {list(found.known)}"]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
