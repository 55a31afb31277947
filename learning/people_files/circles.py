"""Who reports to themselves in the end. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TypeVar

T = TypeVar("T", int, str, int | str)


def circles(managers: Mapping[T, Set[T]]) -> list[set[T]]:
    """The groups of two and more who all report to each other: strongly connected components (Tarjan).

    By hand and without recursion: the line of managers may be longer than Python's stack.
    """
    index: dict[T, int] = {}
    low: dict[T, int] = {}
    stack: list[T] = []
    on_stack: set[T] = set()
    found: list[set[T]] = []
    for root in managers:
        if root in index:
            continue
        work = [(root, iter(managers.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, above = work[-1]
            for manager in above:
                if manager not in index:
                    index[manager] = low[manager] = len(index)
                    stack.append(manager)
                    on_stack.add(manager)
                    work.append((manager, iter(managers.get(manager, ()))))
                    break
                if manager in on_stack:
                    low[node] = min(low[node], index[manager])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = set()
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        group.add(member)
                        if member == node:
                            break
                    if len(group) > 1:
                        found.append(group)
    return found


def way_round(start: T, first: T, managers: Mapping[T, Set[T]], circle: Set[T], most: int = 6) -> Sequence[T]:
    """Some of a circle, from ``start`` by its manager ``first`` upwards, for people to see it."""
    way = [start, first]
    while way[-1] != start and len(way) < most:
        above = managers[way[-1]]
        way.append(start if start in above else min((each for each in above if each in circle), key=str))
    return way
