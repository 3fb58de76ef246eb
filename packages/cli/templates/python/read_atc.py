"""Reads the datasets and the cached results of atc. It needs numpy, and blosc for entries that end in .blosc."""
import io, json, os, zlib
import numpy as np

DATA = DATA_FOLDER
CACHE = CACHE_FOLDER

WIDTHS = {"float64": "<f8", "float32": "<f4", "int64": "<i8", "uint32": "<u4", "int32": "<i4", "int8": "<i1", "uint8": "<u1"}


def datasets():
    """The names of all datasets."""
    names = sorted(os.listdir(DATA)) if os.path.isdir(DATA) else []
    return [name for name in names if os.path.isfile(os.path.join(DATA, name, "manifest.json"))]


def manifest_of(name):
    """What a dataset holds: its columns, segments and series."""
    with open(os.path.join(DATA, name, "manifest.json"), encoding="utf-8") as file:
        return json.load(file)


def symbols(name):
    """The symbols of a dataset."""
    return [series["symbol"] for series in manifest_of(name)["series"]]


def rows(name, symbol):
    """The columns of one symbol as numpy arrays, by name. Columns of text are left out."""
    manifest = manifest_of(name)
    parts = next(series["parts"] for series in manifest["series"] if series["symbol"] == symbol)
    columns = {}
    for column in manifest["columns"]:
        kind = column["type"]
        if kind == "text":
            continue
        is_time = kind.startswith("timestamp")
        dtype = np.dtype("<i8" if is_time else WIDTHS[kind])
        pieces = []
        for part in parts:
            segment = manifest["segments"][part["segment"]]
            offset = segment["offsets"][column["name"]] + dtype.itemsize * part["row"]
            path = os.path.join(DATA, name, segment["file"])
            pieces.append(np.fromfile(path, dtype=dtype, count=part["rows"], offset=offset))
        values = np.concatenate(pieces)
        columns[column["name"]] = values.view("datetime64[%s]" % kind[10:12]) if is_time else values
    return columns


def payload(path):
    """The .npz in a file of the cache, decompressed."""
    with open(path, "rb") as file:
        data = file.read()
    ending = path.rsplit(".npz", 1)[1]
    if ending == "":
        return data
    if ending == ".blosc":
        import blosc

        return blosc.decompress(data)
    if ending == ".zz":
        return zlib.decompress(data)
    raise ValueError("%s: docs/cache-entry.md says how to decompress %s" % (path, ending))


def entries():
    """The cached results: for each, what it is of (`key`), and its arrays by name."""
    for folder, _, files in sorted(os.walk(os.path.join(CACHE, "v1"))):
        for file in sorted(files):
            if ".npz" in file:
                with np.load(io.BytesIO(payload(os.path.join(folder, file)))) as entry:
                    about = json.loads(entry["entry.json"])
                    yield about["key"], {name: entry[name] for name in entry.files if name != "entry.json"}


if __name__ == "__main__":
    for name in datasets():
        for symbol in symbols(name)[:3]:
            columns = rows(name, symbol)
            print(name, symbol, len(columns["timestamp"]), "rows:", " ".join(columns))
    for key, arrays in entries():
        print("cached", key["kind"], "of", *key["parameters"].get("symbols", [key["parameters"].get("symbol", "")])[:3])
        for name in list(arrays)[:4]:
            print("  ", name, arrays[name].dtype, len(arrays[name]))
