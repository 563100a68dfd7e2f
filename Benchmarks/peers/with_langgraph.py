"""LangGraph with its SQLite checkpointer: WAL, synchronous=FULL, each checkpoint written before the next step."""

import operator
import sqlite3
import time
from typing import Annotated, TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

import measure


class Count(TypedDict):
    value: float


class Sums(TypedDict):
    values: Annotated[list, operator.add]


def chain_of(length, body, saver):
    graph = StateGraph(Count)
    names = [f"step{n}" for n in range(length)]
    for name in names:
        graph.add_node(name, body)
    for before, after in zip([START, *names], [*names, END]):
        graph.add_edge(before, after)
    return graph.compile(checkpointer=saver)


def fan_of(width, saver):
    graph = StateGraph(Sums)
    graph.add_node("root", lambda state: {"values": [0]})
    graph.add_node("branch", lambda value: {"values": [value]})
    graph.add_node("join", lambda state: {"values": [sum(state["values"])]})
    graph.add_edge(START, "root")
    graph.add_conditional_edges("root", lambda state: [Send("branch", n) for n in range(width)], ["branch"])
    graph.add_edge("branch", "join")
    graph.add_edge("join", END)
    return graph.compile(checkpointer=saver)


def make(directory, sizes):
    connection = sqlite3.connect(directory / "langgraph.sqlite", check_same_thread=False)
    connection.execute("PRAGMA synchronous=FULL")
    saver = SqliteSaver(connection)  # it chooses WAL
    chain = chain_of(sizes["length"], lambda state: {"value": state["value"] + 1}, saver)
    fan = fan_of(sizes["width"], saver)
    one = chain_of(1, lambda state: {"value": time.perf_counter()}, saver)

    def runner(graph, name, state):
        def run(n):
            place = {"configurable": {"thread_id": f"{name}{n}"}, "recursion_limit": sizes["length"] + 10}
            return graph.invoke(state, place, durability="sync")

        return run

    run_one = runner(one, "one", {"value": 0})
    return runner(chain, "chain", {"value": 0}), runner(fan, "fan", {"values": []}), lambda n: run_one(n)["value"]


if __name__ == "__main__":
    measure.main(make)
