/** The columns of all datasets here. */
const schema = {
  kind: "bars",
  columns: [
    { name: "timestamp", type: "timestamp[ms]" },
    { name: "close", type: "float64" },
  ],
};

/** Rows `from` to `to` of a series. Its values follow from its row and `seed`, so that torn rows are detected. */
function barsOf(from, to, seed) {
  const length = to - from;
  return {
    timestamp: BigInt64Array.from({ length }, (_, i) => 60_000n * BigInt(from + i)),
    close: Float64Array.from({ length }, (_, i) => (from + i) * 8 + seed),
  };
}

/** The content of the dataset `d` as text: its lengths, and the seeds of its values; "absent" if there is none. */
export async function contentOf(store) {
  if ((await store.find("d")) === undefined) return "absent";
  const dataset = await store.open("d");
  try {
    const found = [];
    for (const symbol of dataset.symbols()) found.push(`${symbol}:${seriesContent(dataset.series(symbol))}`);
    const { faults } = await store.verify("d");
    if (faults.length > 0) return `damaged: ${faults[0].what}`;
    return found.join(" ");
  } finally {
    dataset[Symbol.dispose]();
  }
}

function seriesContent(series) {
  const spans = [];
  let seed;
  let row = 0;
  for (const block of series.blocks({ columns: ["timestamp", "close"] })) {
    const times = block.times();
    const closes = block.values("close");
    for (let i = 0; i < block.length; i++, row++) {
      if (times[i] !== 60_000n * BigInt(row)) return `the time of row ${row} is ${times[i]}`;
      const found = closes[i] - row * 8;
      if (found === seed) continue;
      seed = found;
      spans.push(`${row}/${seed}`);
    }
  }
  return `${row} rows of ${spans.join(", ")}`;
}

/** Publishes the dataset `d`: symbol A with `rows` rows of `seed`, and B with three. */
export async function createBars(store, rows, seed) {
  const lock = await store.lock("d");
  try {
    const series = [
      { symbol: "A", rows },
      { symbol: "B", rows: 3 },
    ];
    const writer = await store.create(lock, { schema, fingerprint: String(seed), series });
    await writer.write("A", 0, barsOf(0, rows, seed));
    await writer.write("B", 0, barsOf(0, 3, seed));
    await writer.publish();
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** Replaces the last `dropped` rows of A by `rows` of another seed, and adds the symbol C. */
export async function appendBars(store, { length, dropped, rows, seed }) {
  const lock = await store.lock("d");
  try {
    const keepRows = length - dropped;
    const series = [
      { symbol: "A", rows, keepRows },
      { symbol: "C", rows: 2, keepRows: 0 },
    ];
    const writer = await store.append(lock, { fingerprint: `${seed} appended`, series });
    await writer.write("A", keepRows, barsOf(keepRows, keepRows + rows, seed));
    await writer.write("C", 0, barsOf(0, 2, seed));
    await writer.publish();
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}
