"""Which row of a snapshot is which earlier action: a one-to-one assignment by wording, ref, area, lead and dates."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process, utils

from planlib import schema
from planlib.normalise import range_numbers

ACCEPTED = 60.0  # score from which a row is taken for an earlier action
SURE = 75.0  # and below which a person is asked
NEAR = 50.0  # a new row that is so like an earlier action is listed for a person too
MARGIN = 8.0  # points by which a match must beat every other way
ALIKE_WITH_REF, ALIKE_ALONE = 30.0, 42.0  # least likeness of wording of a match, with an equal ref and without
KEPT = 0.8  # trust in refs from which an equal one, with an equal date, area and lead, outweighs another wording
CONTAINED = 0.7  # share of a wording that another holds, by weight of its words, from which it is a part of it
NEW = "new"
_CANDIDATES = 40  # earlier actions that are weighed for a row, and all that tie with the last of them
# What agreement adds: the share of what is missing from 100.
_REF, _AREA, _LEAD, _DATE = 0.5, 0.15, 0.1, 0.15
_OTHER_NUMBER = 0.8  # what another number leaves of the likeness of two wordings
_OTHER_REF, _OTHER_AREA, _OTHER_LEAD, _UNLISTED = 6.0, 4.0, 2.0, 1.0  # and disagreement takes away
# A row is the same in all that counts if it is the same in these; the nearer the later ones, the better of two equals.
_TOLD = (
    "ref_range", "ref", "area_ref", "area", "action", "lead", "timescale", "original_text", "target_text",
    "status_text", "status", "completed_text", "reason", "progress",
)  # fmt: skip
# What tells two rows of one range apart, the strongest first.
_AGREEING = ("area_ref", "area", "lead", "original_text", "target_text", "status_text")

Row = dict[str, Any]
Edges = dict[tuple[int, int], float]


class Found(NamedTuple):
    """What a row was taken for.

    ``name`` is an action_id or `NEW`; ``rivals`` are the earlier actions that it may be instead, the likeliest first,
    each with its score: only where a person should look.
    """

    name: str
    how: str
    score: float
    evidence: str
    rivals: tuple[tuple[str, float], ...] = ()


def match(rows: Sequence[Row], earlier: Mapping[str, Row], listed: Iterable[str]) -> list[Found]:
    """Say of every row which earlier action it is, or that it is new; no action is taken twice.

    Parameters
    ----------
    rows : sequence of dict
        The rows of a snapshot that nobody has decided on, of schema.LEDGER.
    earlier : mapping of str to dict
        The actions that are free to be taken, as each last stood, in order of first appearance.
    listed : iterable of str
        Those that the snapshot before lists; another one returns.

    Returns
    -------
    list of Found
        One a row. The order of the rows decides nothing but which of two rows that are alike in everything is which.
    """
    if not earlier:
        return [Found(NEW, "new", 100.0, "nothing earlier is left to compare it with") for _ in rows]
    order = sorted(range(len(rows)), key=lambda index: _told(rows[index]))  # so that the order of rows decides nothing
    pair = _Pairing([rows[index] for index in order], earlier, set(listed))
    pair.same()
    pair.alike()
    pair.ranges()
    found = dict(zip(order, pair.explain(), strict=True))
    return [found[index] for index in range(len(rows))]


def _told(row: Row) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in _TOLD)


def fold(text: str) -> str:
    """A wording as it is compared: case, punctuation and spaces do not count."""
    return " ".join(utils.default_process(text).split())


def _fold_ref(ref: str) -> str:
    return "".join(ref.casefold().split()).rstrip(".")


def _date(row: Row, name: str) -> str:
    """A date as it is compared: the days that it can mean, or its words where it is none."""
    ends = row[f"{name}_earliest"], row[name]
    return f"{ends[0]:%Y-%m-%d} {ends[1]:%Y-%m-%d}" if pd.notna(ends[0]) and pd.notna(ends[1]) else fold(row[f"{name}_text"])


def _words(text: str) -> frozenset[str]:
    """The words of a folded wording, long ones by how they begin: "review" and "reviewing" are one."""
    return frozenset(word if len(word) < 6 else word[:5] for word in text.split())


def _numbers(words: Iterable[str]) -> bool:
    return any(character.isdigit() for word in words for character in word)


class _Side:
    """The rows of one side, as they are compared: every column folded once."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.text = [fold(row["action"]) for row in rows]
        self.sorted = [" ".join(sorted(text.split())) for text in self.text]
        self.words = [_words(text) for text in self.text]
        self.ref = [_fold_ref(row["ref"]) for row in rows]
        self.area = [fold(row["area"]) or fold(row["area_ref"]) for row in rows]
        self.area_ref = [fold(row["area_ref"]) for row in rows]
        self.lead = [fold(row["lead"]) for row in rows]
        self.target = [_date(row, "target") for row in rows]
        self.original = [_date(row, "original") for row in rows]
        self.is_range = [bool(row["ref_range"]) for row in rows]


class _Pairing:
    """Rows and earlier actions that are being paired; `taken` says which row is which, by number."""

    def __init__(self, rows: Sequence[Row], earlier: Mapping[str, Row], listed: set[str]) -> None:
        self.names = list(earlier)
        self.now, self.then = _Side(rows), _Side(list(earlier.values()))
        self.listed = np.array([name in listed for name in self.names])
        self.taken: dict[int, int] = {}
        self.edges: Edges = {}
        self.likeness: Edges = {}
        counts = [Counter(word for words in side.words for word in words) for side in (self.now, self.then)]
        size = max(len(rows), len(earlier))
        # A word that most actions have says little. Counted on the fuller side, so that a kept word weighs no less
        # than a changed one.
        self.weight = {
            word: math.log((size + 1) / max(count[word] for count in counts)) + 0.1 for word in counts[0] | counts[1]
        }
        self.now_sum, self.then_sum = (
            np.array([self._sum(words) for words in side.words]) for side in (self.now, self.then)
        )
        self.trust = 1.0

    def _sum(self, words: Iterable[str]) -> float:
        return math.fsum(self.weight[word] for word in words)

    def _free(self) -> tuple[list[int], list[int]]:
        used = set(self.taken.values())
        return (
            [i for i in range(len(self.now.rows)) if i not in self.taken],
            [j for j in range(len(self.names)) if j not in used],
        )

    def same(self) -> None:
        """Take rows that are the same in all that counts; of several such actions the listed ones first."""
        waiting: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for j in sorted(range(len(self.names)), key=lambda j: not self.listed[j]):
            waiting[_told(self.then.rows[j])].append(j)
        for i, row in enumerate(self.now.rows):
            if waiting[_told(row)]:
                self.taken[i] = waiting[_told(row)].pop(0)

    def alike(self) -> None:
        """Assign the rest by wording, ref, area, lead and dates together; rows of a range have none of their own."""
        rows, actions = self._free()
        rows = [i for i in rows if not self.now.is_range[i]]
        actions = [j for j in actions if not self.then.is_range[j]]
        if not rows or not actions:
            return
        pairs = self._candidates(rows, actions)
        self._score(pairs)
        self.taken.update(assign(self.edges))
        # What shares no words may still be a misspelling of one another: compare letters, all with all.
        left = [i for i in rows if i not in self.taken and self.now.text[i]]
        used = set(self.taken.values())
        others = [j for j in actions if j not in used and self.then.text[j]]
        if left and others:
            texts = [self.then.sorted[j] for j in others]
            more = set()
            for start in range(0, len(left), 500):
                some = left[start : start + 500]
                scores = process.cdist([self.now.sorted[i] for i in some], texts, scorer=fuzz.ratio, score_cutoff=75)
                more |= {(some[a], others[b]) for a, b in zip(*scores.nonzero(), strict=True)}
            self._score(sorted(more - self.edges.keys()))
            open_edges = {(i, j): value for (i, j), value in self.edges.items() if i in set(left) and j in set(others)}
            self.taken.update(assign(open_edges))

    def _candidates(self, rows: Sequence[int], actions: Sequence[int]) -> list[tuple[int, int]]:
        """Pairs worth weighing: equal refs, area and date blocks, and those that share telling words."""
        at = {j: number for number, j in enumerate(actions)}
        columns = ("ref", "area", "lead", "target", "original")
        codes = {name: _codes(getattr(self.now, name), [getattr(self.then, name)[j] for j in actions]) for name in columns}
        posted: dict[str, list[int]] = defaultdict(list)
        for j in actions:
            for word in self.then.words[j]:
                posted[word].append(at[j])
        posting = {word: np.array(places) for word, places in posted.items()}
        sums = self.then_sum[list(actions)]
        found, kept, known = [], 0, 0
        for i in rows:
            shared = np.zeros(len(actions))
            for word in sorted(self.now.words[i] & posting.keys()):
                shared[posting[word]] += self.weight[word]
            dice = 2 * shared / np.maximum(self.now_sum[i] + sums, 1e-9)
            equal = {name: (mine[i] == theirs) & (mine[i] >= 0) for name, (mine, theirs) in codes.items()}
            block = 0.1 * equal["area"] + 0.1 * (equal["target"] | equal["original"]) + 0.05 * equal["lead"]
            rough = dice + block + 1.0 * equal["ref"]
            blank = not self.now.text[i] and not self.now.ref[i]
            worth = (dice > 0.2) | (block > 0.15) | equal["ref"] | blank
            if len(actions) > _CANDIDATES:
                worth &= rough >= np.partition(rough, -_CANDIDATES)[-_CANDIDATES]
            found += [(i, actions[number]) for number in np.flatnonzero(worth).tolist()]
            best = int(dice.argmax())
            clear = dice[best] >= 0.4 and np.partition(dice, -2)[-2] < dice[best] - 0.15 if len(dice) > 1 else dice[0] > 0.4
            if clear and codes["ref"][0][i] >= 0 and codes["ref"][1][best] >= 0:
                known += 1
                kept += bool(equal["ref"][best])
        # How far a ref can be trusted shows where the wording leaves no doubt; if few kept theirs, all were renumbered.
        share = (kept + 2) / (known + 2)
        self.trust = max(0.0, 2 * share - 1)
        return found

    def _score(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Weigh pairs, and keep those that are near enough to matter."""
        if not pairs:
            return
        now, then = self.now, self.then
        letters = process.cpdist(
            [now.sorted[i] for i, _ in pairs], [then.sorted[j] for _, j in pairs], scorer=fuzz.ratio
        )
        for (i, j), letter in zip(pairs, letters, strict=True):
            same_ref = now.ref[i] != "" and now.ref[i] == then.ref[j]
            alike = self._wording(i, j, float(letter), same_ref)
            score = alike
            if same_ref:
                score += (100 - score) * _REF * self.trust
            for mine, theirs, gain, loss in (
                (now.area[i], then.area[j], _AREA, _OTHER_AREA), (now.lead[i], then.lead[j], _LEAD, _OTHER_LEAD),
                (now.original[i], then.original[j], _DATE, 0.0) if now.original[i] and then.original[j]
                else (now.target[i], then.target[j], _DATE, 0.0),
            ):  # fmt: skip
                if mine and theirs:
                    score = score + (100 - score) * gain if mine == theirs else score - loss
            if now.ref[i] and then.ref[j] and not same_ref:
                score -= _OTHER_REF * self.trust
            score -= 0.0 if self.listed[j] else _UNLISTED
            # Under refs that are kept, a title may be wholly another: the date is the same, and nothing speaks against it.
            dates = now.original[i] or now.target[i], then.original[j] or then.target[j]
            retitled = (
                same_ref and self.trust >= KEPT and dates[0] != "" and dates[0] == dates[1]
                and now.area[i] == then.area[j] and now.lead[i] == then.lead[j]
            )  # fmt: skip
            if not retitled and alike < (ALIKE_WITH_REF if same_ref and self.trust else ALIKE_ALONE):
                score = min(score, ACCEPTED - 5)
            self.likeness[i, j] = alike
            if score >= NEAR:
                self.edges[i, j] = max(score, 0.0)

    def _wording(self, i: int, j: int, letters: float, same_ref: bool) -> float:
        """How much alike two wordings are, 0 to 100, by their telling words and by their letters."""
        now, then = self.now, self.then
        if not now.text[i] or not then.text[j]:
            if now.text[i] or then.text[j]:
                return 90.0 if same_ref else 0.0
            context = [(now.area[i], then.area[j]), (now.lead[i], then.lead[j]), (now.target[i], then.target[j])]
            return 100.0 if same_ref or (not now.ref[i] and all(a == b for a, b in context)) else 0.0
        if now.text[i] == then.text[j]:
            return 100.0
        shared = now.words[i] & then.words[j]
        both = self._sum(shared)
        alike = 0.35 * letters + 65 * 2 * both / (self.now_sum[i] + self.then_sum[j])
        if not same_ref and _numbers(now.words[i] - shared) and _numbers(then.words[j] - shared):
            alike *= _OTHER_NUMBER  # "Launch 1" is not "Launch 2", though nearly every letter is
        # A part of what it was: shortened, or one of two that were one.
        near = same_ref or (now.area[i] != "" and now.area[i] == then.area[j])
        if near and len(shared) >= 2:
            alike = max(alike, 70 * both / min(self.now_sum[i], self.then_sum[j]))
        return min(alike, 99.0)

    def ranges(self) -> None:
        """Take rows of a range as a set: for any earlier row whose numbers hold theirs, or are held by theirs."""
        rows, actions = self._free()
        now: dict[tuple[str, str], list[int]] = defaultdict(list)
        before: dict[tuple[str, str], list[int]] = defaultdict(list)
        for i in rows:
            now[_numbers_text(self.now.rows[i])].append(i)
        for j in actions:
            before[_numbers_text(self.then.rows[j])].append(j)
        pairs = []
        for (here, here_is_range), some in now.items():
            for (there, there_is_range), others in before.items():
                if not (here_is_range or there_is_range):
                    continue  # two numbers, both known: a matter of ref and wording
                numbers, held = frozenset(range_numbers(here)), frozenset(range_numbers(there))
                if numbers and held and (numbers <= held or held <= numbers):
                    pairs += [(_range_fit(self.now.rows[i], self.then.rows[j], numbers == held), i, j)
                              for i in some for j in others]  # fmt: skip
        used = set(self.taken.values())
        for _, i, j in sorted(pairs, key=lambda pair: ([-part for part in pair[0]], pair[1], pair[2])):
            if i not in self.taken and j not in used:
                self.taken[i] = j
                used.add(j)

    def explain(self) -> Iterator[Found]:
        """What each row was taken for and why, in order."""
        taker = {j: i for i, j in self.taken.items()}
        by_row: dict[int, list[int]] = defaultdict(list)
        for i, j in self.edges:
            by_row[i].append(j)
        by_action: dict[int, list[int]] = defaultdict(list)
        for i, j in self.edges:
            by_action[j].append(i)
        areas_now = set(self.now.area)
        areas_then = {area for area, listed in zip(self.then.area, self.listed, strict=True) if listed}
        swallowed = self._swallowed(taker)
        for i in range(len(self.now.rows)):
            if i not in self.taken:
                yield self._new(i, taker, by_row[i])
                continue
            j = self.taken[i]
            score = self.edges.get((i, j), 100.0)
            if self.now.is_range[i] or self.then.is_range[j]:
                yield Found(self.names[j], "range", 100.0, f"one of {self._range(i, j)}")
                continue
            kinds, said = self._differences(i, j, areas_now, areas_then)
            if i in swallowed:
                kinds.insert(0, "merged")
                said.append("also takes in " + ", ".join(self._quoted(other) for other in swallowed[i]))
            rivals = self._rivals(i, j, taker, by_row[i], by_action[j])
            asked = [(self.names[k], value) for k, value in rivals]
            if rivals or score < SURE:
                asked.insert(0, (self.names[j], score))
            yield Found(self.names[j], kinds[0], round(score, 1), "; ".join(said), tuple(asked))

    def _range(self, i: int, j: int) -> str:
        return str(self.then.rows[j]["ref_range"] or self.now.rows[i]["ref_range"])

    def _quoted(self, j: int) -> str:
        row = self.then.rows[j]
        return f"{self.names[j]} ('{row['action'] or row['ref']}')"

    def _differences(self, i: int, j: int, areas_now: set[str], areas_then: set[str]) -> tuple[list[str], list[str]]:
        """The names of what happened to an action, the most telling first, and what agreed and what did not."""
        now, then = self.now, self.then
        kinds, said = [], []
        if not self.listed[j]:
            kinds.append("returned")
            said.append("it was not in the snapshot before")
        if now.area[i] and then.area[j] and now.area[i] != then.area[j]:
            renamed = (now.area_ref[i] != "" and now.area_ref[i] == then.area_ref[j]) or (
                then.area[j] not in areas_now and now.area[i] not in areas_then
            )
            kinds += [] if renamed else ["moved"]
            area = then.rows[j]["area"] or then.rows[j]["area_ref"]
            said.append(f"area renamed, was '{area}'" if renamed else f"area was '{area}'")
        elif now.area[i]:
            said.append("same area" if then.area[j] else "area was blank")
        if now.ref[i] and now.ref[i] == then.ref[j]:
            shared = max(now.ref.count(now.ref[i]), then.ref.count(then.ref[j]))
            said.insert(0, "same ref" if shared == 1 else f"same ref, which {shared} rows of one snapshot have")
        elif now.ref[i] or then.ref[j]:
            kinds += ["renumbered"] if now.ref[i] and then.ref[j] else []
            said.insert(0, f"ref was {then.rows[j]['ref'] or 'blank'}")
        if not now.text[i] or not then.text[j]:
            said.append("no wording to compare")
        elif now.text[i] == then.text[j]:
            said.append("same wording")
        else:
            kinds.append("reworded")
            said.append(f"wording {self.likeness.get((i, j), 0.0):.0f} % alike")
        for word, mine, theirs in (("lead", now.lead, then.lead), ("target date", now.target, then.target)):
            if mine[i] or theirs[j]:
                said.append(f"same {word}" if mine[i] == theirs[j] else f"other {word}")
        kinds.append("ref" if now.ref[i] and now.ref[i] == then.ref[j] else "wording")
        return kinds, said

    def _rivals(
        self, i: int, j: int, taker: Mapping[int, int], others: Sequence[int], rows: Sequence[int]
    ) -> list[tuple[int, float]]:
        """The actions that the row could be nearly as well, all other matches considered."""
        score = self.edges.get((i, j), 100.0)
        found = {}
        for k in others:
            if k == j or self.edges[i, k] < NEAR or _told(self.then.rows[k]) == _told(self.then.rows[j]):
                continue
            loss = score - self.edges[i, k]
            if k in taker:  # the two would have to change places
                other = taker[k]
                if _told(self.now.rows[other]) == _told(self.now.rows[i]):
                    continue
                loss += self.edges.get((other, k), 100.0) - self.edges.get((other, j), NEAR)
            if loss < MARGIN:
                found[k] = self.edges[i, k]
        ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
        claimed = any(
            row != i and row not in self.taken and score - self.edges[row, j] < MARGIN
            and _told(self.now.rows[row]) != _told(self.now.rows[i]) for row in rows
        )  # fmt: skip
        return ranked or ([(j, score)] if claimed else [])

    def _new(self, i: int, taker: Mapping[int, int], others: Sequence[int]) -> Found:
        """Say of a row that no action was left for whether it was a part of one, and what it is nearest to."""
        for j, other in sorted(taker.items()):
            part = self._part(self.now.words[i], self.then.words[j], self.now.words[other])
            if part and self.now.text[other] != self.then.text[j]:
                where = self.now.rows[other]["place"]
                why = f"a part of what was {self._quoted(j)}, which goes on at {where}"
                return Found(NEW, "split", 100.0, why)
        near = sorted(((self.names[j], self.edges[i, j]) for j in others if j not in taker), key=lambda each: -each[1])
        shared = [j for j, ref in enumerate(self.then.ref) if ref and ref == self.now.ref[i]]
        why = "nothing earlier is like it"
        if shared:
            why = f"same ref as {', '.join(self._quoted(j) for j in shared)}, whose wording is another"
        elif near:
            why = f"not like enough to {near[0][0]}"
        return Found(NEW, "new", 100.0 - round(near[0][1]) if near else 100.0, why, tuple(near[:3]))

    def _swallowed(self, taker: Mapping[int, int]) -> dict[int, list[int]]:
        """The actions that are gone and whose wording a row now has beside that of another, by row."""
        found: dict[int, list[int]] = defaultdict(list)
        gone = [j for j in range(len(self.names)) if j not in taker and self.listed[j]]
        changed = [i for i, j in self.taken.items() if self.now.text[i] != self.then.text[j]]
        for j in gone:
            for i in sorted(changed):
                if self._part(self.then.words[j], self.now.words[i], self.then.words[self.taken[i]]):
                    found[i].append(j)
                    break
        return found

    def _part(self, some: frozenset[str], whole: frozenset[str], other: frozenset[str]) -> bool:
        """Whether words are part of a whole, and not by what the other part of it has as well."""
        if len(some & whole) < 2 or not whole - some:
            return False
        total = self._sum(some)
        own = self._sum((some & whole) - other)
        return self._sum(some & whole) >= CONTAINED * total and own >= total / 2


def _codes(mine: Sequence[str], theirs: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The values of two columns as numbers, blank as -1."""
    number = {text: place for place, text in enumerate(dict.fromkeys([*mine, *theirs])) if text}
    return np.array([number.get(text, -1) for text in mine]), np.array([number.get(text, -1) for text in theirs])


def _range_fit(row: Row, earlier: Row, equal: bool) -> tuple[float, ...]:
    done = (row["status"] in schema.DONE_STATUSES) == (earlier["status"] in schema.DONE_STATUSES)
    same = (row[column] == earlier[column] for column in _AGREEING)
    return tuple(float(part) for part in (equal, row["action"] == earlier["action"], done, *same))


def _numbers_text(row: Row) -> tuple[str, str]:
    """What names the number or numbers of a row, and "range" if it is one of several."""
    return (row["ref_range"], "range") if row["ref_range"] else (row["ref"], "")


def assign(edges: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Pair rows with actions so that the pairs taken are the best together.

    Parameters
    ----------
    edges : mapping of (row, action) to score
        Those under `ACCEPTED` are not taken. What a pair weighs is its distance from there, squared: a sure pair is
        not given up for two doubtful ones.

    Returns
    -------
    dict of int to int
        By row. Each connected block is solved by itself; of equals the lower numbers.
    """
    weights = {pair: (score - ACCEPTED + 1) ** 2 for pair, score in edges.items() if score >= ACCEPTED}
    by_row: dict[int, dict[int, float]] = defaultdict(dict)
    by_action: dict[int, dict[int, float]] = defaultdict(dict)
    for (i, j), weight in sorted(weights.items()):
        by_row[i][j] = by_action[j][i] = weight
    found: dict[int, int] = {}
    waiting = sorted(by_row)
    while waiting:  # a pair that outweighs the best its two could have with others is in a best assignment
        again: set[int] = set()
        for i in waiting:
            if not by_row.get(i):
                continue
            j = max(by_row[i], key=lambda j: (by_row[i][j], -j))
            best = by_row[i][j]
            rest = max((weight for k, weight in by_row[i].items() if k != j), default=0.0)
            if best > rest + max((weight for k, weight in by_action[j].items() if k != i), default=0.0):
                found[i] = j
                again |= {row for k in by_row[i] for row in by_action[k]} - {i}
                for k in by_row.pop(i):
                    del by_action[k][i]
                for row in by_action.pop(j):
                    del by_row[row][j]
        waiting = sorted(again)
    for rows in _blocks(by_row, by_action):
        found |= _assign_block(rows, by_row)
    return found


def _blocks(by_row: Mapping[int, Mapping[int, float]], by_action: Mapping[int, Mapping[int, float]]) -> Iterator[list[int]]:
    """The rows of each connected block."""
    seen: set[int] = set()
    for start in sorted(by_row):
        if start in seen or not by_row[start]:
            continue
        block, waiting = {start}, [start]
        while waiting:
            more = {row for j in by_row[waiting.pop()] for row in by_action[j]} - block
            block |= more
            waiting += more
        seen |= block
        yield sorted(block)


def _assign_block(rows: Sequence[int], by_row: Mapping[int, Mapping[int, float]]) -> dict[int, int]:
    """Solve one block by shortest augmenting paths (Jonker and Volgenant 1987); a row may also stay alone, at no gain."""
    actions = sorted({j for i in rows for j in by_row[i]})
    at = {j: number + 1 for number, j in enumerate(actions)}
    n, m = len(rows), len(actions) + len(rows)
    cost = np.zeros((n + 1, m + 1))
    cost[:, 1 : len(actions) + 1] = 1.0  # worse than staying alone
    for number, i in enumerate(rows):
        for j, weight in by_row[i].items():
            cost[number + 1, at[j]] = -weight
    u, v = np.zeros(n + 1), np.zeros(m + 1)
    owner, way = np.zeros(m + 1, dtype=int), np.zeros(m + 1, dtype=int)
    for row in range(1, n + 1):
        owner[0], column = row, 0
        least, done = np.full(m + 1, np.inf), np.zeros(m + 1, dtype=bool)
        while owner[column]:
            done[column] = True
            here = owner[column]
            reduced = cost[here] - u[here] - v
            better = ~done & (reduced < least)
            better[0] = False
            least[better], way[better] = reduced[better], column
            open_ = np.where(done, np.inf, least)
            open_[0] = np.inf
            column_next = int(open_.argmin())
            step = open_[column_next]
            np.add.at(u, owner[done], step)
            v[done] -= step
            least[~done] -= step
            column = column_next
        while column:
            owner[column] = owner[way[column]]
            column = int(way[column])
    return {rows[owner[at[j]] - 1]: j for j in actions if owner[at[j]]
            and j in by_row[rows[owner[at[j]] - 1]]}  # fmt: skip
