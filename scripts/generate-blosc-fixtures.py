#!/usr/bin/env python3
"""Writes fixtures/blosc: frames by python-blosc, which our reader must restore byte for byte.

Needs python-blosc 1.11 and numpy (Debian: python3-blosc python3-numpy). Run from the repository's root:

    python3 scripts/generate-blosc-fixtures.py

The output depends on the versions of c-blosc and its codecs; cases.json names them.
"""
import hashlib
import json
import pathlib
import random

import blosc
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "blosc"
SHUFFLES = {"noshuffle": blosc.NOSHUFFLE, "shuffle": blosc.SHUFFLE, "bitshuffle": blosc.BITSHUFFLE}


def contents():
    """Name to bytes: what the frames hold. Lengths are odd so that elements and blocks have tails."""
    rng = random.Random(20261122)
    price, prices = 3_000_000, []
    for _ in range(1000):
        price += rng.randint(-500, 500)
        prices.append(price / 100)
    rows = numpy.repeat(numpy.arange(700, dtype="<i4"), 15)
    return {
        "empty": b"",
        "short": bytes(range(100)),
        "random": bytes(rng.randrange(256) for _ in range(1003)),
        "prices": numpy.array(prices, dtype="<f8").tobytes()[:2051],
        "rows": rows.tobytes()[:40003],
    }


def cases():
    """Name to (content, compress arguments, block length, threads)."""
    for cname in ("blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"):
        for shuffle in SHUFFLES:
            for typesize in (1, 4, 8):
                name = f"prices-{cname}-{shuffle}-{typesize}"
                yield name, "prices", dict(cname=cname, shuffle=shuffle, typesize=typesize, clevel=5), 0, 1
            name = f"rows-{cname}-{shuffle}-blocks"
            yield name, "rows", dict(cname=cname, shuffle=shuffle, typesize=4, clevel=9), 8192, 1
        yield f"empty-{cname}", "empty", dict(cname=cname, shuffle="shuffle", typesize=8, clevel=5), 0, 1
        yield f"short-{cname}", "short", dict(cname=cname, shuffle="bitshuffle", typesize=8, clevel=5), 0, 1
        yield f"random-{cname}", "random", dict(cname=cname, shuffle="shuffle", typesize=8, clevel=5), 0, 1
        yield f"stored-{cname}", "prices", dict(cname=cname, shuffle="shuffle", typesize=8, clevel=0), 0, 1
        yield f"wide-{cname}", "rows", dict(cname=cname, shuffle="shuffle", typesize=17, clevel=5), 4096, 1
        yield f"threads-{cname}", "rows", dict(cname=cname, shuffle="shuffle", typesize=8, clevel=5), 2048, 4
    for cname in ("blosclz", "snappy"):
        yield f"rows-{cname}", "rows", dict(cname=cname, shuffle="shuffle", typesize=4, clevel=5), 0, 1


def main():
    frames = ROOT / "frames"
    frames.mkdir(parents=True, exist_ok=True)
    for old in (*frames.glob("*.blosc"), *ROOT.glob("*.bin")):
        old.unlink()
    held = contents()
    for name, data in held.items():
        (ROOT / f"{name}.bin").write_bytes(data)
    listed = []
    for name, content, arguments, block_length, threads in cases():
        blosc.set_nthreads(threads)
        blosc.set_blocksize(block_length)
        frame = blosc.compress(held[content], **{**arguments, "shuffle": SHUFFLES[arguments["shuffle"]]})
        assert blosc.decompress(frame) == held[content], name
        (frames / f"{name}.blosc").write_bytes(frame)
        listed.append({"name": name, "content": content, **arguments, "blocksize": block_length, "nthreads": threads,
                       "sha256": hashlib.sha256(frame).hexdigest()})
    versions = {"python-blosc": blosc.__version__, "c-blosc": blosc.blosclib_version.split()[0],
                **{name: blosc.clib_info(name)[1] for name in blosc.cnames}}
    lines = ",\n".join("    " + json.dumps(case) for case in listed)
    text = '{\n  "versions": ' + json.dumps(versions) + ',\n  "cases": [\n' + lines + "\n  ]\n}\n"
    (ROOT / "cases.json").write_text(text)
    files = sorted(path for path in ROOT.rglob("*") if path.suffix in (".bin", ".blosc", ".json"))
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT)}\n" for path in files)
    (ROOT / "SHA256SUMS").write_text(sums)
    print(f"{len(listed)} frames, {sum(path.stat().st_size for path in files)} bytes in all")


if __name__ == "__main__":
    main()
