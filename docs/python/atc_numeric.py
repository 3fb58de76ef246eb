"""Reads the frames of the codec `numeric` of @atc/codec-numeric, with only numpy and the standard library.

    import atc_numeric, io, numpy
    prices = numpy.frombuffer(atc_numeric.decode(open("close.numeric", "rb").read()), dtype="<f8")
    entry = numpy.load(io.BytesIO(atc_numeric.decode(open("<key>.npz.numeric", "rb").read())))

or `python atc_numeric.py close.numeric close.bin`. docs/numeric-frame.md describes the format. This is one file under the
licence of the repository: copy it to any place.
"""

import struct
import sys
import zlib

import numpy as np

LANES = 4
LOWEST = 1 << 16
SLOTS = 4096

# The limits of a frame, as in packages/codec-numeric. Every number is a float64, so that all readers round alike.
LARGEST_INTEGER = (1 << 53) - 1
LARGEST_SCALE = 10**22
MOST_BYTES = 1 << 19
MOST_ELEMENTS = 1 << 17
MOST_ORDER = 3
MOST_LAG = 2
MOST_COMMON = 127
SHORTEST_NUMBERS = 8
LARGEST_EXPANSION = 1032


def within(value, low, high, what):
    if not low <= value <= high:
        raise ValueError(f"{what} {value} is not one of {low} to {high}")
    return value


class Cursor:
    """Reads numbers and bytes from the front of some bytes."""

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

    def varint(self, most=LARGEST_INTEGER):
        value = 0
        for shift in range(0, 77, 7):
            part = self.byte()
            value |= (part & 127) << shift
            if part < 128:
                if value > most or int(float(value)) != value:
                    raise ValueError(f"a number is above {most} or is not a float64")
                return value
        raise ValueError("a number does not end")


class Stream:
    """Encoded unsigned integers: tokens of one byte, each followed by some bits."""

    def __init__(self, cursor, most):
        self.count = within(cursor.varint(), 0, most, "the count of a stream")
        self.tokens = np.zeros(self.count, dtype=np.uint8)
        self.bits = self.words = b""
        if self.count == 0:
            return
        self.frequencies = read_frequencies(cursor)
        bits, words = cursor.varint(), cursor.varint()
        within(bits, 0, 8 * self.count, "the length of bits")
        self.bits, self.words = cursor.take(bits), cursor.take(words)
        if self.frequencies.max() == SLOTS:
            within(words, 0, 0, "the length of words")
            self.tokens[:] = self.frequencies.argmax()
        else:
            within(words, 4 * LANES, 4 * LANES + 2 * self.count, "the length of words")
            if words % 2:
                raise ValueError("the words have an odd length")

    def integers(self):
        """The integers, after the tokens are decoded."""
        token = self.tokens.astype(np.int64)
        length = np.where(token < 16, 0, ((token - 16) >> 2) + 2)
        end = np.cumsum(length)
        if self.count and (end[-1] + 7) // 8 != len(self.bits):
            raise ValueError("the bits have a wrong length")
        at = end - length
        padded = np.frombuffer(bytes(self.bits) + bytes(16), dtype=np.uint8)
        # All bits of a value are within nine bytes of its first bit.
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
            raise ValueError("the frequencies do not add up")
        frequencies[token] = frequency
        left -= frequency
        token += 1
        if frequency == 0:
            token += cursor.varint()
    return frequencies


def decode_tokens(streams):
    """Decodes the tokens of all streams side by side, four lanes each.

    The longest streams come first; streams drop out at their end.
    """
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
            # At least one stream has its last few tokens here.
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
        raise ValueError("the tokens do not end in the final states")
    for stream, row in zip(streams, found):
        stream.tokens = row[: stream.count]


class Differences:
    """A stream of integers that may be negative, and the number of sums over them."""

    def __init__(self, cursor, most, order, streams):
        self.signed = within(cursor.byte(), 0, 1, "sign")
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
    """A block of numbers: parsed at once, decoded after the tokens of its streams."""

    def __init__(self, encoded, length, streams):
        cursor = Cursor(encoded)
        self.size = cursor.byte()
        if self.size not in (1, 2, 4, 8) or length % self.size:
            raise ValueError("the elements have a wrong size")
        self.count = count = within(length // self.size, 1, MOST_ELEMENTS, "the count of elements")
        self.representation = within(cursor.byte(), 0, 2 if self.size >= 4 else 0, "representation")
        self.scale = within(cursor.varint(LARGEST_SCALE), 1, LARGEST_SCALE, "scale") if self.representation == 2 else 1
        self.divisor = 1 if self.representation == 1 else within(cursor.varint(), 1, LARGEST_INTEGER, "divisor")
        corrected = self.representation == 2 and within(cursor.byte(), 0, 1, "corrections")
        self.corrections = Differences(cursor, count, 0, streams) if corrected else None
        if corrected and self.corrections.stream.count != count:
            raise ValueError("corrections are missing")
        self.arrangement = within(cursor.byte(), 0, 2, "arrangement")
        self.order = within(cursor.byte(), 0, MOST_ORDER, "order")
        if self.arrangement == 0:
            self.main = Differences(cursor, count, self.order, streams)
        elif self.arrangement == 1:
            self.lag = within(cursor.byte(), 0, MOST_LAG, "lag")
            self.main = Differences(cursor, count, 0, streams)
            self.lengths = Stream(cursor, count)
            streams.append(self.lengths)
            if self.lengths.count != self.main.stream.count:
                raise ValueError("run lengths are missing")
        else:
            common = within(cursor.varint(), 1, MOST_COMMON, "the count of common values")
            self.common = np.frombuffer(cursor.take(8 * common), dtype="<i8")
            self.ranks = Stream(cursor, count)
            if self.ranks.count != count:
                raise ValueError("ranks are missing")
            streams.append(self.ranks)
            self.main = Differences(cursor, count, self.order, streams)
        if cursor.left():
            raise ValueError("a block has extra bytes")

    def integers(self):
        values = self.main.values()
        if self.arrangement == 1:
            for start in range(self.lag):
                values[start :: self.lag] = sums(np.ascontiguousarray(values[start :: self.lag]), 1)
            lengths = self.lengths.integers()
            # Checked before the sum, which could wrap, and before the values, which could fill the memory.
            if (lengths >= self.count).any() or int(lengths.sum()) + len(lengths) != self.count:
                raise ValueError("the runs have another length")
            return sums(np.repeat(values, lengths.astype(np.int64) + 1), self.order)
        if self.arrangement == 2:
            ranks = self.ranks.integers()
            if (ranks > len(self.common)).any() or (ranks == 0).sum() != len(values):
                raise ValueError("the ranks do not fit the values")
            ranks = ranks.astype(np.int64)
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
            floats = values.astype(np.float64) * np.float64(self.divisor) / np.float64(self.scale)
            values = floats.view(np.int64) if self.size == 8 else floats.astype(np.float32).view(np.int32).astype(np.int64)
            if self.corrections is not None:
                values = values + self.corrections.values()
        elif self.representation == 1:
            mask = np.int64((1 << (8 * self.size - 1)) - 1)
            values = np.where(values < 0, values ^ mask, values)
        else:
            values = values * np.int64(self.divisor)
        return values.astype(f"<i{self.size}").tobytes()


def inflate(encoded, length):
    if length > LARGEST_EXPANSION * len(encoded):
        raise ValueError("a block is too long for its bytes")
    inflater = zlib.decompressobj(-15)
    try:
        # One byte more than declared, so that a longer block is detected.
        content = inflater.decompress(encoded, length + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not inflater.eof:
        raise ValueError("a block does not end")
    return content


def decode(frame):
    """The content of a frame, as bytes. Raises ValueError if the frame is damaged."""
    cursor = Cursor(frame)
    if bytes(cursor.take(5)) != b"ATCN\x01":
        raise ValueError("not a numeric frame of version 1")
    (checksum,) = struct.unpack("<I", cursor.take(4))
    length = cursor.varint()
    blocks, streams, total = [], [], 0
    while cursor.left():
        kind, decoded = within(cursor.byte(), 0, 2, "the kind of a block"), within(cursor.varint(), 1, MOST_BYTES, "a block's length")
        encoded = cursor.take(cursor.varint())
        total += decoded
        if kind == 2:
            if len(encoded) < SHORTEST_NUMBERS:
                raise ValueError("a block of numbers is too short")
            blocks.append(Numbers(encoded, decoded, streams))
        else:
            blocks.append(inflate(encoded, decoded) if kind == 1 else bytes(encoded))
            if len(blocks[-1]) != decoded:
                raise ValueError("a block differs from its declared length")
    if total != length:
        raise ValueError("the blocks differ from the declared length")
    decode_tokens(streams)
    with np.errstate(over="ignore"):
        content = b"".join(block if isinstance(block, bytes) else block.decode() for block in blocks)
    if len(content) != length or zlib.crc32(content) != checksum:
        raise ValueError("the checksum differs")
    return content


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
        target.write(decode(source.read()))
