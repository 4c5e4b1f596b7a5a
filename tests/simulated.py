"""Plans whose truth is known: actions dated, re-dated and done in blocks, reported month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planlib import schema
from planlib.normalise import conform

START = np.datetime64("2019-01-31")


@dataclass(frozen=True)
class World:
    """How delays come about.

    Attributes
    ----------
    blocks, size : int
        Decisions in a plan, and actions that each dates and re-dates together.
    together : float
        Share of the variance of the log delay that the actions of a block have in common.
    reports : int
        Monthly reports.
    withdrawn : float
        Chance that an action is ever withdrawn, if it is not done before.
    stated : bool
        Whether the day of completion is stated, so that it is known to the day.
    span : int
        Days over which the first dates are spread.
    """

    blocks: int = 12
    size: int = 4
    together: float = 0.7
    reports: int = 30
    withdrawn: float = 0.1
    stated: bool = False
    span: int = 700

    def delays(self, blocks: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Days from first date to completion, and to withdrawal (very many: never), by block and action."""
        shared, own = random.standard_normal((blocks, 1)), random.standard_normal((blocks, self.size))
        z = np.sqrt(self.together) * shared + np.sqrt(1 - self.together) * own
        done = np.ceil(np.exp(4.2 + 0.9 * z) - 40).astype(int)
        gone = np.where(
            random.random(done.shape) < self.withdrawn, np.ceil(random.exponential(150, done.shape)) + 1, 10**6
        )
        return done, gone.astype(int)

    def still_open(self, after: int) -> float:
        """The true share that is neither done nor withdrawn so many days after the first date."""
        done, gone = self.delays(200_000 // self.size, np.random.default_rng(99))
        return float(((done > after) & (gone > max(after, 1))).mean())


def make_plan(world: World, random: np.random.Generator, name: str = "plan") -> tuple[pd.DataFrame, np.ndarray]:
    """The ledger of one plan with all its reports, and the day on which each action is really done.

    A block whose date comes within a month of a report, while most of it is more than a fortnight from done, is given a
    later date eight times in ten; one whose date has passed always.
    """
    reports = (START.astype("datetime64[M]") + np.arange(world.reports) + 1).astype("datetime64[D]") - 1
    first = reports[0] + random.integers(40, world.span, (world.blocks, 1))
    done, gone = world.delays(world.blocks, random)
    finish, leave = first + done, first + gone
    finish = np.maximum(finish, reports[0] + 1)
    target = np.repeat(first, world.size, axis=1)
    rows = []
    for at, report in enumerate(reports):
        complete, closed = finish <= report, (leave <= report) & (leave < finish)
        if at:
            near = (target[:, 0] - report).astype(int)
            left = np.median((finish - report).astype(int), axis=1)
            again = (left > 15) & ((near < 0) | ((near < 31) & (random.random(world.blocks) < 0.8)))
            ahead = (report.astype("datetime64[M]") + random.choice([2, 3, 4, 6], world.blocks)).astype("datetime64[D]")
            target = np.where((again[:, None] & ~complete & ~closed), ahead[:, None], target)
        status = np.where(closed, "closed not done", np.where(complete, "complete", "open"))
        stated = np.where((complete & ~closed) & world.stated, finish, np.datetime64("NaT"))
        rows.append((np.full(target.size, report), target.ravel(), status.ravel(), stated.ravel()))
    as_of, targets, statuses, completed = (np.concatenate(each) for each in zip(*rows, strict=True))
    block, action = (np.tile(each.ravel(), world.reports) for each in np.indices(target.shape))
    made = pd.DataFrame({
        "as_of": as_of, "number": block * world.size + action + 1, "area": block.astype(str), "target": targets,
        "status": statuses, "original": np.tile(np.repeat(first, world.size), world.reports), "completed": completed,
    })  # fmt: skip
    number = made["number"].astype(str).astype(object)
    return conform(made.assign(
        plan=name, action_id=name + "/" + number, ref=number, action="Action " + number, source="made.csv",
        target_earliest=made["target"], target_precision="day", target_text=made["target"].dt.strftime("%Y-%m-%d"),
        original_earliest=made["original"], original_precision="day", original_basis="stated",
        completed_earliest=made["completed"], status_text=made["status"],
    ), schema.LEDGER), np.where(leave < finish, np.datetime64("NaT"), finish).ravel()  # fmt: skip
