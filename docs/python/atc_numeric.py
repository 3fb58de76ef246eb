"""Reads what the codec `numeric` of @atc/filter-numeric wrote, with numpy and the standard library alone.

    import atc_numeric, io, numpy
    prices = numpy.frombuffer(atc_numeric.decode(open("close.numeric", "rb").read()), dtype="<f8")
    entry = numpy.load(io.BytesIO(atc_numeric.decode(open("<key>.npz.numeric", "rb").read())))

or `python atc_numeric.py close.numeric close.bin`. The format is drawn in docs/numeric-frame.md. One file, no licence conditions
beyond those of the repository: copy it where you need it.
"""

import struct
import sys
import zlib

import numpy as np

LANES = 4
LOWEST = 1 << 16
SLOTS = 4096


class Cursor:
    """Takes numbers and bytes off the front of some bytes."""

    def __init__(self, data):
        self.data = memoryview(data)
        self.at = 0

    def left(self):
        return len(self.data) - self.at

    def take(self, length):
        if length > self.left():
            raise ValueError("the frame ends too early")
        self.at += length
        return self.data[self.at - length : self.at]

    def byte(self):
        return self.take(1)[0]

    def varint(self):
        value = shift = 0
        while True:
            part = self.byte()
            value |= (part & 127) << shift
            if part < 128:
                return value
            shift += 7
            if shift > 49:
                raise ValueError("a number of more than 56 bits")


class Stream:
    """Unsigned integers that are still encoded: tokens of a byte, each followed by some bits."""

    def __init__(self, cursor, most):
        self.count = cursor.varint()
        self.tokens = np.zeros(self.count, dtype=np.uint8)
        self.bits = self.words = b""
        if self.count > most:
            raise ValueError("a stream of too many integers")
        if self.count == 0:
            return
        self.frequencies = read_frequencies(cursor)
        bits, words = cursor.varint(), cursor.varint()
        self.bits, self.words = cursor.take(bits), cursor.take(words)
        if self.frequencies.max() == SLOTS:
            self.tokens[:] = self.frequencies.argmax()
        elif words < 4 * LANES or words % 2:
            raise ValueError("tokens of a wrong length")

    def integers(self):
        """The integers, once the tokens are there."""
        token = self.tokens.astype(np.int64)
        length = np.where(token < 16, 0, ((token - 16) >> 2) + 2)
        end = np.cumsum(length)
        if self.count and (end[-1] + 7) // 8 != len(self.bits):
            raise ValueError("bits of a wrong length")
        at = end - length
        padded = np.frombuffer(bytes(self.bits) + bytes(16), dtype=np.uint8)
        # Nine bytes from where a value's bits begin hold all of them.
        low = np.ndarray((len(padded) - 7,), np.dtype("<u8"), padded, 0, (1,))[at >> 3]
        high = padded[(at >> 3) + 8].astype(np.uint64)
        shift = (at & 7).astype(np.uint64)
        rest = (low >> shift) | np.where(shift > 0, high << ((64 - shift) & np.uint64(63)), np.uint64(0))
        width = length.astype(np.uint64)
        rest &= (np.uint64(1) << width) - np.uint64(1)
        top = (4 + ((token - 16) & 3)).astype(np.uint64) << width
        return np.where(token < 16, token.astype(np.uint64), top | rest)


def read_frequencies(cursor):
    frequencies = np.zeros(256, dtype=np.int64)
    left, token = SLOTS, 0
    while left > 0:
        frequency = cursor.varint()
        if token > 255 or frequency > left:
            raise ValueError("frequencies that do not add up")
        frequencies[token] = frequency
        left -= frequency
        token += 1
        if frequency == 0:
            token += cursor.varint()
    return frequencies


def decode_tokens(streams):
    """Decodes the tokens of all streams side by side: four lanes each, the longest streams first, so that those that end drop out."""
    streams = sorted((one for one in streams if len(one.words)), key=lambda one: -one.count)
    if not streams:
        return
    tables = np.zeros((len(streams), SLOTS), dtype=np.uint64)
    for table, stream in zip(tables, streams):
        token = np.repeat(np.arange(256), stream.frequencies)
        start = np.cumsum(stream.frequencies) - stream.frequencies
        place = np.arange(SLOTS) - start[token]
        table[:] = token | stream.frequencies[token] << 8 | place << 24
    heads = np.array([struct.unpack("<4I", stream.words[:16]) for stream in streams], dtype=np.uint64)
    lengths = np.array([len(stream.words) // 2 - 8 for stream in streams])
    at = np.cumsum(lengths) - lengths
    ends = at + lengths
    words = np.frombuffer(b"".join(bytes(one.words[16:]) for one in streams) + bytes(8 * LANES), dtype="<u2").astype(np.uint64)
    found = np.zeros((len(streams), streams[0].count), dtype=np.uint8)
    tables = tables.ravel()
    base = np.arange(len(streams))[:, None] * SLOTS
    active = len(streams)
    for step in range((streams[0].count + LANES - 1) // LANES):
        while streams[active - 1].count <= LANES * step:
            active -= 1
        lanes = min(LANES, streams[active - 1].count - LANES * step)
        if lanes < LANES or streams[0].count - LANES * step < LANES:
            # Some stream has its last few tokens here.
            counts = np.array([one.count for one in streams[:active]]) - LANES * step
            used = np.arange(LANES) < counts[:, None]
        else:
            used = None
        state = heads[:active]
        entry = tables[(state & 4095).astype(np.int64) + base[:active]]
        state = ((entry >> 8) & 0xFFFF) * (state >> 12) + (entry >> 24)
        empty = state < LOWEST
        if used is not None:
            empty &= used
        taken = np.cumsum(empty, axis=1)
        place = np.minimum(at[:active, None] + taken - 1, len(words) - 1)
        state = np.where(empty, state << 16 | words[place], state)
        at[:active] += taken[:, -1]
        if used is None:
            heads[:active] = state
            found[:active, LANES * step : LANES * step + LANES] = entry & 255
        else:
            heads[:active] = np.where(used, state, heads[:active])
            room = found.shape[1] - LANES * step
            found[:active, LANES * step : LANES * step + LANES] = (entry & 255)[:, :room]
    if (at != ends).any() or (heads != LOWEST).any():
        raise ValueError("tokens that do not end where they must")
    for stream, row in zip(streams, found):
        stream.tokens = row[: stream.count]


class Differences:
    """A stream of integers that may be negative, and how often they are to be summed."""

    def __init__(self, cursor, most, order, streams):
        self.signed = cursor.byte()
        self.order = order
        self.stream = Stream(cursor, most)
        streams.append(self.stream)

    def values(self):
        values = self.stream.integers()
        if self.signed:
            values = (values >> np.uint64(1)) ^ (np.uint64(0) - (values & np.uint64(1)))
        return sums(values.view(np.int64), self.order)


def sums(values, order):
    for _ in range(order):
        values = np.cumsum(values.view(np.uint64)).view(np.int64)
    return values


class Numbers:
    """A block of numbers; parsed at once, decoded when the tokens of its streams are there."""

    def __init__(self, encoded, length, streams):
        cursor = Cursor(encoded)
        self.size = cursor.byte()
        if self.size not in (1, 2, 4, 8) or length % self.size:
            raise ValueError("elements of a wrong size")
        self.count = count = length // self.size
        self.representation = cursor.byte()
        self.scale = cursor.varint() if self.representation == 2 else 1
        self.divisor = 1 if self.representation == 1 else cursor.varint()
        corrected = self.representation == 2 and cursor.byte()
        self.corrections = Differences(cursor, count, 0, streams) if corrected else None
        self.arrangement, self.order = cursor.byte(), cursor.byte()
        if self.arrangement == 0:
            self.main = Differences(cursor, count, self.order, streams)
        elif self.arrangement == 1:
            self.lag = cursor.byte()
            self.main = Differences(cursor, count, 0, streams)
            self.lengths = Stream(cursor, count)
            streams.append(self.lengths)
        else:
            self.common = np.frombuffer(cursor.take(8 * cursor.varint()), dtype="<i8")
            self.ranks = Stream(cursor, count)
            streams.append(self.ranks)
            self.main = Differences(cursor, count, self.order, streams)
        if cursor.left():
            raise ValueError("bytes too many in a block")

    def integers(self):
        values = self.main.values()
        if self.arrangement == 1:
            for start in range(self.lag):
                values[start :: self.lag] = sums(np.ascontiguousarray(values[start :: self.lag]), 1)
            return sums(np.repeat(values, self.lengths.integers().astype(np.int64) + 1), self.order)
        if self.arrangement == 2:
            ranks = self.ranks.integers().astype(np.int64)
            table = np.concatenate([np.zeros(1, dtype=np.int64), self.common])
            all_values = table[ranks]
            all_values[ranks == 0] = values
            return all_values
        return values

    def decode(self):
        values = self.integers()
        if len(values) != self.count:
            raise ValueError("values are missing")
        if self.representation == 2:
            # Exactly these two roundings, and a third to single precision.
            floats = values.astype(np.float64) * self.divisor / self.scale
            values = floats.view(np.int64) if self.size == 8 else floats.astype(np.float32).view(np.int32).astype(np.int64)
            if self.corrections is not None:
                values = values + self.corrections.values()
        elif self.representation == 1:
            mask = np.int64((1 << (8 * self.size - 1)) - 1)
            values = np.where(values < 0, values ^ mask, values)
        else:
            values = values * np.int64(self.divisor)
        return values.astype(f"<i{self.size}").tobytes()


def decode(frame):
    """The content of a frame, as bytes; ValueError where it is damaged."""
    cursor = Cursor(frame)
    if bytes(cursor.take(5)) != b"ATCN\x01":
        raise ValueError("not a numeric frame of version 1")
    (checksum,) = struct.unpack("<I", cursor.take(4))
    length = cursor.varint()
    blocks, streams, total = [], [], 0
    while cursor.left():
        kind, decoded = cursor.byte(), cursor.varint()
        encoded = cursor.take(cursor.varint())
        total += decoded
        if kind == 2:
            blocks.append(Numbers(encoded, decoded, streams))
        else:
            blocks.append(zlib.decompress(encoded, -15) if kind == 1 else bytes(encoded))
    if total != length:
        raise ValueError("blocks of another length than declared")
    decode_tokens(streams)
    with np.errstate(over="ignore"):
        content = b"".join(block if isinstance(block, bytes) else block.decode() for block in blocks)
    if len(content) != length or zlib.crc32(content) != checksum:
        raise ValueError("the checksum differs")
    return content


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
        target.write(decode(source.read()))
