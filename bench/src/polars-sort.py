# Reads a CSV and sorts its rows by symbol and time in memory: prints time, processor time and peak memory as JSON.
import json, resource, sys, time

import polars as pl

started = time.perf_counter()
frame = pl.read_csv(sys.argv[1], try_parse_dates=True).sort("symbol", "timestamp", maintain_order=True)
ms = (time.perf_counter() - started) * 1000
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"ms": ms, "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000, "peakMb": round(usage.ru_maxrss / 1000)}))
