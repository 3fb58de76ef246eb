"""Reads every segment of the dataset "d" with one library and prints what it found as JSON."""

import glob
import json
import sys

library, directory = sys.argv[1:]
files = sorted(glob.glob(directory + "/d/seg-*.arrow"))
trades = directory + "/trades.arrow"


def with_pyarrow():
    import pyarrow as pa

    tables = []
    for path in files:
        mapped = pa.ipc.open_file(pa.memory_map(path)).read_all()
        before = pa.total_allocated_bytes()
        again = pa.ipc.open_file(pa.memory_map(path)).read_all()
        assert pa.total_allocated_bytes() - before < 4096, "a mapped segment must not be copied"
        again.validate(full=True)
        with open(path, "rb") as file:
            assert pa.ipc.open_file(file).read_all().equals(mapped)
            file.seek(8)
            assert pa.ipc.open_stream(file).read_all().equals(mapped)
        assert pa.types.is_dictionary(mapped.schema.field("symbol").type)
        assert mapped.schema.field("timestamp").type == pa.timestamp("ms", tz="UTC")
        tables += mapped.select(["symbol", "timestamp", "close"]).to_pylist()
    return tables, pa.ipc.open_file(trades).read_all()["side"].to_pylist()


def with_polars():
    import polars as pl

    frames = []
    for path in files:
        mapped = pl.read_ipc(path, memory_map=True)
        assert mapped.equals(pl.read_ipc(path, memory_map=False))
        assert mapped.equals(pl.scan_ipc(path).collect())
        frames += mapped.select(pl.col("symbol").cast(pl.String), "timestamp", "close").to_dicts()
    return frames, pl.read_ipc(trades, memory_map=False)["side"].to_list()


def with_pandas():
    import pandas as pd

    rows = []
    for path in files:
        rows += pd.read_feather(path)[["symbol", "timestamp", "close"]].to_dict("records")
    sides = pd.read_feather(trades)["side"].tolist()
    return rows, [side if isinstance(side, str) else None for side in sides]


rows, sides = {"pyarrow": with_pyarrow, "polars": with_polars, "pandas": with_pandas}[library]()
counts, closes = {}, {}
for row in rows:
    counts[row["symbol"]] = counts.get(row["symbol"], 0) + 1
    closes[row["symbol"]] = closes.get(row["symbol"], 0.0) + row["close"]
of_a = [row["timestamp"] for row in rows if row["symbol"] == "A"]
print(
    json.dumps(
        {
            "rows": counts,
            "closes": closes,
            "firstTime": of_a[0].isoformat(),
            "lastTimeOfA": of_a[-1].isoformat(),
            "sides": sides,
        }
    )
)
