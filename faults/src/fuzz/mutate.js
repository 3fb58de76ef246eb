const lengths = [0, 1, 2, 3, 4, 7, 8, 15, 16, 127, 128, 255, 256, 65_535, 65_536, 2 ** 20, 2 ** 24, 2 ** 30];
const words = [...lengths, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 0x7fffffef];
const longWords = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

function inserted(bytes, at, added) {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
}

function randomBytes(random, length) {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

/** Changes of `bytes` at a place; the array may be changed itself. `others` are more valid inputs. */
const changes = [
  (random, bytes, at) => {
    bytes[at] ^= 1 << random.below(8);
    return bytes;
  },
  (random, bytes, at) => {
    bytes[at] = random.pick([0, 1, 127, 128, 255, random.below(256)]);
    return bytes;
  },
  (random, bytes) => bytes.subarray(0, random.below(bytes.length + 1)),
  (random, bytes) => Buffer.concat([bytes, randomBytes(random, 1 + random.below(20))]),
  (random, bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(16))]),
  (random, bytes, at) => inserted(bytes, at, randomBytes(random, 1 + random.below(16))),
  (random, bytes, at) => {
    if (bytes.length - at >= 4) bytes.writeUInt32LE(random.pick(words), at);
    return bytes;
  },
  (random, bytes, at) => {
    if (bytes.length - at >= 2) bytes.writeUInt16LE(random.pick([0, 1, 255, 256, 32_768, 65_535]), at);
    return bytes;
  },
  (random, bytes, at) => {
    if (bytes.length - at >= 8) bytes.writeBigUInt64LE(random.pick(longWords), at);
    return bytes;
  },
  (random, bytes, at) => {
    if (bytes.length - at >= 4)
      bytes.writeUInt32LE((bytes.readUInt32LE(at) + random.pick([1, -1, 8, -8, 64, -64, 4096])) >>> 0, at);
    return bytes;
  },
  (random, bytes, at, others) => {
    const other = random.pick(others);
    const length = 1 + random.below(Math.min(64, other.length, bytes.length - at));
    const from = random.below(other.length - length + 1);
    bytes.set(other.subarray(from, from + length), at);
    return bytes;
  },
  // A repeated part: many rows, many members, deep nesting.
  (random, bytes, at) => {
    const part = bytes.subarray(at, at + 1 + random.below(32));
    return inserted(bytes, at, Buffer.concat(Array.from({ length: 1 + random.below(200) }, () => part)));
  },
];

/**
 * A valid input with one or more changes. Many hit the first bytes, where headers are.
 *
 * @param {ReturnType<import("../generator.js").generator>} random
 * @param {readonly Uint8Array[]} valid
 */
export function mutated(random, valid) {
  const others = valid.filter(({ length }) => length > 0);
  let bytes = Buffer.from(random.pick(valid));
  const count = 1 + (random.below(4) === 0 ? random.below(8) : random.below(2));
  for (let i = 0; i < count; i++) {
    if (bytes.length === 0) bytes = randomBytes(random, random.below(40));
    if (bytes.length === 0) continue;
    const within = random.below(3) === 0 ? Math.min(bytes.length, 64) : bytes.length;
    bytes = Buffer.from(random.pick(changes)(random, bytes, random.below(within), others));
  }
  return bytes;
}

const oddValues = [
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  "",
  "\u0000",
  "x".repeat(300),
  "__proto__",
  "../../x",
  [],
  {},
  [[[]]],
];

/** A copy of a JSON value in which one member or item is replaced, removed, or added. */
export function mutatedJson(random, value) {
  const copy = structuredClone(value);
  const places = [];
  const visit = (node) => {
    if (typeof node !== "object" || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node, key]);
      visit(node[key]);
    }
  };
  visit(copy);
  const [parent, key] = random.pick(places);
  const kind = random.below(4);
  if (kind === 0) delete parent[key];
  else if (kind === 1 && typeof parent[key] === "number") parent[key] += random.pick([1, -1, 8, 2 ** 31, 2 ** 53]);
  else if (kind === 2) parent[random.pick(["constructor", "toString", "x", key])] = random.pick(places)[0];
  else parent[key] = random.pick(oddValues);
  try {
    JSON.stringify(copy);
    return copy;
  } catch {
    // It contains itself.
    return value;
  }
}
