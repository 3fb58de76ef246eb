"""Reads Blosc frames of float64: python3 read.py FILE..."""
import sys
from pathlib import Path

import blosc
import numpy as np

for name in sys.argv[1:]:
    values = np.frombuffer(blosc.decompress(Path(name).read_bytes()), dtype="<f8")
    print(f"Python reads {Path(name).name}: {len(values)} numbers, the last {values[-1]:.2f}, the mean {values.mean():.2f}")
