"""The corpus: every layout in every format that can show it, from one seed, with its truth beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

from layouts import LAYOUTS, Made, anchor
from save import save

AS_OF = (date(2011, 8, 31), date(2012, 3, 31), date(2023, 10, 31), date(2019, 1, 31))


@dataclass(frozen=True)
class Document:
    """One made plan: where it is, how it was made, and what it says."""

    name: str
    layout: str
    saver: str
    path: Path | None
    made: Made


def make(folder: Path, seed: int = 1, only: str = "") -> list[Document]:
    """Make the corpus.

    Parameters
    ----------
    folder : Path
        Where the files are put.
    seed : int
        The same seed gives the same plans.
    only : str
        A part of the names of the documents that are wanted; all where blank.

    Returns
    -------
    list of Document
        One that no program at hand could save has no path.
    """
    documents = []
    for layout, savers in LAYOUTS.items():
        for number, saver in enumerate(savers):
            name = f"{layout.__name__}_{saver}"
            if only in name:
                rng = Random(f"{seed} {name}")
                as_of = AS_OF[number % len(AS_OF)]
                made = layout(rng, as_of)
                # A tracker's export says itself which date each row is of.
                dated = made if "as_of" in made.shows else replace(made, as_of=as_of)
                settings = {"title": name, "anchor_date": anchor(as_of)} | made.settings
                documents.append(Document(name, layout.__name__, saver, None, replace(dated, settings=settings)))
    paths = save([(each.name, each.saver, each.made.blocks) for each in documents], folder)
    return [replace(each, path=paths.get(each.name)) for each in documents]
