/** A generator of uniform 32-bit numbers (mulberry32), seeded so that a failure is reproducible. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Incompressible bytes. */
export function randomBytes(length: number, seed: number): Uint8Array {
  const next = seededRandom(seed);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = next();
  return bytes;
}

/** The bytes of a float64 price series: a walk of rounded steps. */
export function priceBytes(length: number, seed: number): Uint8Array {
  const next = seededRandom(seed);
  const prices = new Float64Array(Math.ceil(length / 8));
  let price = 30_000;
  for (let i = 0; i < prices.length; i++) {
    price += Math.round(((next() / 2 ** 32) * 2 - 1) * 500) / 100;
    prices[i] = price;
  }
  return new Uint8Array(prices.buffer, 0, length);
}

/** A long text of few words, with near and distant matches. */
export function textBytes(length: number, seed: number): Uint8Array {
  const next = seededRandom(seed);
  const words = ["open", "high", "low", "close", "volume", "bid", "ask", "trade"];
  let text = "";
  while (text.length < length) text += `${words[next() % words.length]},${next() % 100};`;
  return new TextEncoder().encode(text.slice(0, length));
}

/** One named input of a conformance suite. */
export interface SampleBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Inputs that all codecs must round-trip: none, one, lengths around 64 KiB, and each kind of content. */
export function sampleBytes(): readonly SampleBytes[] {
  const around64KiB = [65_535, 65_536, 65_537].flatMap((length) => [
    { name: `${length} random bytes`, bytes: randomBytes(length, length) },
    { name: `${length} equal bytes`, bytes: new Uint8Array(length).fill(0x5a) },
    { name: `${length} bytes of prices`, bytes: priceBytes(length, length) },
  ]);
  const short = [2, 3, 7, 12, 13, 100, 127, 128, 129, 1000].map((length) => ({
    name: `${length} bytes of text`,
    bytes: textBytes(length, length),
  }));
  return [
    { name: "0 bytes", bytes: new Uint8Array(0) },
    { name: "1 byte", bytes: Uint8Array.of(7) },
    ...short,
    ...around64KiB,
    { name: "300000 bytes of text", bytes: textBytes(300_000, 1) },
    { name: "1 MiB of prices and 5 bytes", bytes: priceBytes(2 ** 20 + 5, 2) },
  ];
}
