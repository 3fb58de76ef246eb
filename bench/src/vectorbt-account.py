# Times vectorbt's from_signals with four metrics: `python vectorbt-account.py PRICES DIRECTIONS BARS COLUMNS ROUNDS`.
# PRICES is a file of float64 closes, DIRECTIONS one of int8, column after column. Prints the least ns of processor time
# per cell of a round, without and with metrics.
import sys
import time

import numpy
import pandas
import vectorbt

prices, directions, bars, columns, rounds = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
index = pandas.date_range("2020-01-01", periods=bars, freq="min")
close = pandas.Series(numpy.fromfile(prices, dtype=numpy.float64), index=index)
wanted = numpy.fromfile(directions, dtype=numpy.int8).reshape(columns, bars).T
long = pandas.DataFrame(wanted == 1, index=index)
short = pandas.DataFrame(wanted == -1, index=index)


def simulate():
    return vectorbt.Portfolio.from_signals(close, entries=long, short_entries=short, fees=0.001, init_cash=10_000, freq="min")


def measure(action):
    action()
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        action()
        times.append(time.process_time() - begun)
    return min(times) * 1e9 / (bars * columns)


def metrics():
    portfolio = simulate()
    return portfolio.total_return(), portfolio.sharpe_ratio(), portfolio.sortino_ratio(), portfolio.max_drawdown()


print(measure(simulate), measure(metrics))
