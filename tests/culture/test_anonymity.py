"""An attacker with every figure, who knows who is where and who took part, cannot tell one answer.

The attacker subtracts shown groups from one another and, for each piece that is left, works out which values each
answer can have had; also one who took part and takes their own answers away first. Shown to succeed where the rules
are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations_with_replacement
from random import Random

from learning.culture import figures
from learning.culture.anonymity import (
    FEWEST,
    Bound,
    Cell,
    Group,
    Safe,
    added,
    is_empty,
    is_enough,
    keep_safe,
    merge,
    nothing,
    of_people,
    safe_pieces,
    shown_counts,
)  # fmt: skip

STATEMENTS = 3
CAMPAIGNS = 10_000
Answers = tuple[int | None, ...]  # of one person; None: skipped


@dataclass
class World:
    """A tree, and what each person of a group answered."""

    groups: list[Group]
    people: dict[int, list[Answers]] = field(default_factory=dict)

    @property
    def cells(self) -> dict[int, Cell]:
        return {number: cell_of(people) for number, people in self.people.items()}

    @property
    def took_part(self) -> dict[int, int]:
        return {number: len(people) for number, people in self.people.items()}


def shown_in(world: World) -> dict[int, Cell]:
    return merge(world.groups, world.cells, of_people(world.groups, world.took_part))


def cell_of(people: Sequence[Answers]) -> Cell:
    return tuple(
        tuple(sum(answers[at] == value for answers in people) for value in range(1, 6)) for at in range(STATEMENTS)
    )


def random_world(random: Random) -> World:
    """Trees of all shapes; groups of nobody, of one, and of many; people alike, of two minds or of none; skips."""
    number = random.randint(1, 9)
    groups = [Group(0, None), *(Group(each, random.randrange(each)) for each in range(1, number))]
    world = World(groups)
    mood = random.choice(["unanimous", "split", "free", "nearly"])
    chosen, skips = random.randint(1, 5), random.choice([0, 0, 0.1, 0.5])

    def answer() -> int | None:
        if random.random() < skips:
            return None
        if mood == "unanimous" or (mood == "nearly" and random.random() < 0.95):
            return chosen
        return random.choice((1, 5)) if mood == "split" else random.randint(1, 5)

    for group in groups:
        size = random.choice([0, 1, 2, 3, 4, 5, 5, 6, 7, 9, 14])
        world.people[group.number] = [tuple(answer() for _ in range(STATEMENTS)) for _ in range(size)]
    return world


@dataclass(frozen=True)
class Piece:
    """What subtracting shown groups leaves the attacker with: so many answers, their sum and how many disagree."""

    answers: int
    least: int
    most: int
    least_disagree: int
    most_disagree: int


@lru_cache(None)
def is_possible(piece: Piece, known: tuple[int, ...]) -> bool:
    """Whether some world has this piece and these answers among its own: tried out, by how many others disagree."""
    rest = piece.answers - len(known)
    disagree, total = sum(value <= 2 for value in known), sum(known)
    return rest >= 0 and any(
        others + 3 * (rest - others) + total <= piece.most and 2 * others + 5 * (rest - others) + total >= piece.least
        for others in range(max(0, piece.least_disagree - disagree), min(rest, piece.most_disagree - disagree) + 1)
    )


@lru_cache(None)
def values_of_an_answer(piece: Piece, known: tuple[int, ...] = ()) -> frozenset[int]:
    """What an answer in the piece can have been, to somebody who knows these others."""
    return frozenset(value for value in range(1, 6) if is_possible(piece, tuple(sorted((*known, value)))))


def piece_of(total: int, safe: Safe) -> Piece:
    third = -(-safe.answers // 3)
    return Piece(
        safe.answers,
        0 if safe.bound is Bound.OR_LOWER else total,
        5 * safe.answers if safe.bound is Bound.OR_HIGHER else total,
        third if safe.apart else 0,
        third - 1 if safe.apart is False else safe.answers,
    )


def attacked(world: World) -> list[tuple[Piece, list[Answers]]]:
    """The pieces that the attacker gets by subtraction, and the people who they know are in each.

    They are given more than is shown: sums that are not rounded, and how many answered each statement.
    """
    cells = world.cells
    shown = shown_in(world)
    sums = {
        number: sum(safe.total for safe in pieces)
        for number, pieces in safe_pieces(world.groups, cells, world.took_part).items()
    }
    owners, below = owners_of(world, shown), tops_below(world, shown)
    found = []
    for number, cell in shown.items():
        total = sums[number] - sum(sums[each] for each in below[number])
        people = [person for group, owner in owners.items() if owner == number for person in world.people[group]]
        assert cell == cell_of(people), "a shown group holds other people than the attacker believes"
        if not is_empty(cell):
            found.append((piece_of(total, keep_safe(cell)), people))
    return found


def above(world: World, number: int) -> list[int]:
    parents = {group.number: group.parent for group in world.groups}
    chain, at = [], parents[number]
    while at is not None:
        chain.append(at)
        at = parents[at]
    return chain


def owners_of(world: World, shown: Mapping[int, Cell]) -> dict[int, int | None]:
    """The lowest shown group that each group's people are in."""
    return {
        group.number: next((each for each in (group.number, *above(world, group.number)) if each in shown), None)
        for group in world.groups
    }


def tops_below(world: World, shown: Mapping[int, Cell]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {number: [] for number in shown}
    for number in shown:
        over = next((each for each in above(world, number) if each in shown), None)
        if over is not None:
            found[over].append(number)
    return found


def given(person: Answers) -> tuple[int, ...]:
    return tuple(sorted(value for value in person if value is not None))


def test_no_answer_can_be_told_in_ten_thousand_campaigns() -> None:
    random, tried = Random(2026), 0
    for _ in range(CAMPAIGNS):
        for piece, people in attacked(random_world(random)):
            tried += 1
            for known in {(), *map(given, people)}:
                assert values_of_an_answer(piece, known) == {1, 2, 3, 4, 5}, (piece, known)
            # And nothing that one person can have answered to all of it is ruled out to an outsider.
            for whole in ((1, 1, 1), (5, 5, 5), (1, 3, 5), (3, 3, 3)):
                assert is_possible(piece, whole), (piece, whole)
    assert tried > CAMPAIGNS


def attributed(pieces: Sequence[Piece]) -> bool:
    return any(len(values_of_an_answer(piece)) == 1 for piece in pieces)


def exactly(cell: Cell) -> Piece:
    answers = sum(map(sum, cell))
    total = sum(value * count for tally in cell for value, count in enumerate(tally, start=1))
    return Piece(answers, total, total, 0, answers)


def everything_shown(world: World) -> list[Piece]:
    return [exactly(cell) for cell in world.cells.values() if not is_empty(cell)]


def only_small_groups_hidden(world: World) -> list[Piece]:
    """As most do it: a group of five with what is below is shown; nobody thinks of subtraction."""
    cells = world.cells
    whole = {
        group.number: added(
            (cells[each.number] for each in world.groups if group.number in (each.number, *above(world, each.number))),
            STATEMENTS,
        )
        for group in world.groups
    }
    shown = {number: cell for number, cell in whole.items() if is_enough(cell)}
    found = []
    for number, below in tops_below(world, shown).items():
        parts = [shown[each] for each in below]
        left = tuple(
            tuple(mine - sum(part[at][value] for part in parts) for value, mine in enumerate(tally))
            for at, tally in enumerate(shown[number])
        )
        if not is_empty(left):
            found.append(exactly(left))
    return found


def means_not_bounded(world: World) -> list[Piece]:
    return [exactly(cell) for cell in shown_in(world).values() if not is_empty(cell)]


def test_the_attack_succeeds_when_a_rule_is_left_out() -> None:
    ways: list[Callable[[World], list[Piece]]] = [everything_shown, only_small_groups_hidden, means_not_bounded]
    for way in ways:
        random = Random(7)
        told = sum(attributed(way(random_world(random))) for _ in range(300))
        assert told > 20, f"{way.__name__} is a poor test: {told}"


def test_other_worlds_give_the_very_same_figures() -> None:
    """Worlds are built in which somebody answered otherwise, and go through the whole of what is shown."""
    random, built = Random(11), 0
    while built < 300:
        world = random_world(random)
        shown = shown_in(world)
        owners = owners_of(world, shown)
        candidates = [number for number, people in world.people.items() if people and owners[number] in shown]
        if not candidates:
            continue
        target = random.choice(candidates)
        places = [
            (number, at)
            for number, people in world.people.items() if owners[number] == owners[target] for at in range(len(people))
        ]  # fmt: skip
        who = random.choice([place for place in places if place[0] == target])
        owner = owners[target]
        assert owner is not None
        wanted = tuple(value and random.randint(1, 5) for value in world.people[who[0]][who[1]])
        safe = keep_safe(shown[owner])
        other = rebuilt(world, places, who, wanted, piece_of(safe.total, safe))
        assert displayed(other) == displayed(world)
        assert other.people[who[0]][who[1]] == wanted
        built += 1


def displayed(world: World) -> dict[int, figures.Figure]:
    return {
        number: figures.figure(pieces)
        for number, pieces in safe_pieces(world.groups, world.cells, world.took_part).items()
    }


def rebuilt(world: World, places: list[tuple[int, int]], who: tuple[int, int], wanted: Answers, piece: Piece) -> World:
    """The world with one person's answers changed, and others in the same piece making up for it."""
    known = given(wanted)
    rest = piece.answers - len(known)
    disagree, total = sum(value <= 2 for value in known), sum(known)
    for others in range(max(0, piece.least_disagree - disagree), min(rest, piece.most_disagree - disagree) + 1):
        values = [1] * others + [3] * (rest - others)
        short = max(0, piece.least - total - sum(values))
        for at, value in enumerate(values):
            step = min(short, 1 if value == 1 else 2)
            values[at] += step
            short -= step
        if not short and total + sum(values) <= piece.most:
            break
    else:
        raise AssertionError("there is no such world")
    left = iter(values)
    made = World(world.groups, {number: list(people) for number, people in world.people.items()})
    for number, at in places:
        made.people[number][at] = (
            wanted if (number, at) == who else tuple(value and next(left) for value in world.people[number][at])
        )
    return made


def test_every_piece_is_empty_or_holds_five_answers_to_each_statement_and_none_is_lost() -> None:
    random = Random(3)
    for _ in range(500):
        world = random_world(random)
        shown = shown_in(world)
        assert all(is_empty(cell) or is_enough(cell) for cell in shown.values())
        everything = added(world.cells.values(), STATEMENTS)
        if is_enough(everything):
            assert 0 in shown
        assert not shown or added(shown.values(), STATEMENTS) == everything


def test_which_groups_are_shown_does_not_tell_that_a_few_have_skipped_a_scale() -> None:
    world = World([Group(0, None), Group(1, 0), Group(2, 0)])
    world.people = {0: [(4, 4, 4)], 1: [(4, 4, 4)] * 6, 2: [(4, 4, 4)] * 7}
    answered = set(shown_in(world))
    world.people[0] = [(None, None, None)]
    assert set(shown_in(world)) == answered == {0, 2}
    random = Random(5)
    for _ in range(1000):
        world = random_world(random)
        people = of_people(world.groups, world.took_part)
        shown = shown_in(world)
        assert set(shown) <= set(people)
        owners = owners_of(world, shown)
        for number, cell in shown.items():
            inside = sum(world.took_part[group] for group, owner in owners.items() if owner == number)
            assert inside == 0 if is_empty(cell) else inside >= FEWEST


def test_how_many_there_are_never_tells_of_fewer_than_five() -> None:
    groups = [Group(0, None), Group(1, 0), Group(2, 0), Group(3, 0)]
    assert shown_counts(groups, {1: 8, 2: 6, 3: 7}) == {0: 21, 1: 8, 2: 6, 3: 7}
    assert shown_counts(groups, {1: 8, 2: 2, 3: 7}) == {0: 17, 1: 8}, "the two of group 2 are hidden among group 3's"
    assert shown_counts(groups, {0: 5, 1: 8, 2: 2}) == {0: 15, 1: 8}
    assert shown_counts(groups, {1: 2, 2: 2}) == {}


def test_the_rule_holds_for_pieces_of_every_size_and_every_sum() -> None:
    """Not only in campaigns that chance makes: whatever the sum, and whatever one who took part has answered."""
    for answers in (15, 16, 17, 18, 19, 20, 23, 30, 46):
        third = -(-answers // 3)
        for total in range(answers, 5 * answers + 1):
            cells = [cell_with(answers, total, disagree) for disagree in range(answers + 1)]
            for safe in {keep_safe(cell) for cell in cells if cell is not None}:
                piece = piece_of(safe.total, safe)
                for known in combinations_with_replacement(range(1, 6), 3):
                    if is_possible(piece, known):
                        assert values_of_an_answer(piece, known) == {1, 2, 3, 4, 5}, (answers, total, third, known)


def cell_with(answers: int, total: int, disagree: int) -> Cell | None:
    """A cell with so many answers, so large a sum, and so many that disagree; None when there is none."""
    values = [1] * disagree + [3] * (answers - disagree)
    short = total - sum(values)
    for at, value in enumerate(values):
        step = max(0, min(short, 1 if value == 1 else 2))
        values[at] += step
        short -= step
    if short:
        return None
    first = tuple(values.count(value) for value in range(1, 6))
    return (first, *nothing(STATEMENTS - 1))
