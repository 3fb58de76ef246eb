/** Which of eight integers differ from their predecessors, one bit each. */
@inline
function changes(at: usize): u32 {
  const first = i64x2.bitmask(i64x2.ne(v128.load(at), v128.load(at - 8)));
  const second = i64x2.bitmask(i64x2.ne(v128.load(at, 16), v128.load(at - 8, 16)));
  const third = i64x2.bitmask(i64x2.ne(v128.load(at, 32), v128.load(at - 8, 32)));
  const fourth = i64x2.bitmask(i64x2.ne(v128.load(at, 48), v128.load(at - 8, 48)));
  return <u32>(first | (second << 2) | (third << 4) | (fourth << 6));
}

/** Splits integers into runs of equal values: the values and the lengths less one. Returns the number of runs. */
export function splitRuns(values: usize, count: usize, heads: usize, lengths: usize): usize {
  if (count == 0) return 0;
  let run: usize = 0;
  let begin: usize = 0;
  store<i64>(heads, load<i64>(values));
  for (let i: usize = 1; i < count; ) {
    const at = values + (i << 3);
    const many = i + 8 <= count;
    let mask = many ? changes(at) : <u32>(load<i64>(at) != load<i64>(at - 8));
    for (; mask != 0; mask &= mask - 1) {
      const place = i + <usize>ctz(mask);
      store<i64>(lengths + run, <i64>(place - begin) - 1);
      run += 8;
      store<i64>(heads + run, load<i64>(values + (place << 3)));
      begin = place;
    }
    i += many ? 8 : 1;
  }
  store<i64>(lengths + run, <i64>(count - begin) - 1);
  return (run >> 3) + 1;
}

/** Inverts {@link splitRuns}; false if the runs do not add up to `count` integers. */
export function joinRuns(heads: usize, lengths: usize, runs: usize, values: usize, count: usize): bool {
  let at = values;
  const end = values + (count << 3);
  for (let run: usize = 0; run < runs; run++) {
    const value = load<i64>(heads + (run << 3));
    const length = load<u64>(lengths + (run << 3));
    if (length >= <u64>((end - at) >> 3)) return false;
    const last = at + (<usize>length << 3);
    for (; at <= last; at += 8) store<i64>(at, value);
  }
  return at == end;
}

/** The place of a value in a hash table of 256 ranks, or the free place for it; 0 marks a free place. */
@inline
function placeOf(value: i64, common: usize, table: usize): usize {
  let place = <usize>((<u64>value * 0x9e3779b97f4a7c15) >> 56);
  let rank = <usize>load<u8>(table + place);
  while (rank != 0 && load<i64>(common + ((rank - 1) << 3)) != value) {
    place = (place + 1) & 255;
    rank = <usize>load<u8>(table + place);
  }
  return table + place;
}

/** Like {@link separate}, for one common value, without a search. */
function separateOne(values: usize, count: usize, common: i64, ranks: usize, rest: usize): usize {
  let others: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    const value = load<i64>(values + (i << 3));
    store<i64>(ranks + (i << 3), <i64>(value == common));
    store<i64>(rest + (others << 3), value);
    others += <usize>(value != common);
  }
  return others;
}

/**
 * Writes the rank, from 1, of each integer among up to 127 distinct common values to `ranks`. Other integers have rank
 * 0 and go to `rest`. Returns the number of those. `table` is 256 bytes of scratch.
 */
export function separate(
  values: usize,
  count: usize,
  common: usize,
  commonCount: usize,
  ranks: usize,
  rest: usize,
  table: usize,
): usize {
  if (commonCount == 1) return separateOne(values, count, load<i64>(common), ranks, rest);
  memory.fill(table, 0, 256);
  for (let rank: usize = 1; rank <= commonCount; rank++)
    store<u8>(placeOf(load<i64>(common + ((rank - 1) << 3)), common, table), <u8>rank);
  let others: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    const value = load<i64>(values + (i << 3));
    const rank = load<u8>(placeOf(value, common, table));
    store<i64>(ranks + (i << 3), <i64>rank);
    store<i64>(rest + (others << 3), value);
    others += <usize>(rank == 0);
  }
  return others;
}

/** Inverts {@link separate}; false if a rank has no value or a part of the rest is unused. */
export function combine(
  ranks: usize,
  count: usize,
  common: usize,
  commonCount: usize,
  rest: usize,
  restCount: usize,
  values: usize,
): bool {
  let others: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    const rank = load<u64>(ranks + (i << 3));
    if (rank > <u64>commonCount) return false;
    let from = common + ((<usize>rank - 1) << 3);
    if (rank == 0) {
      if (others == restCount) return false;
      from = rest + (others << 3);
      others++;
    }
    store<i64>(values + (i << 3), load<i64>(from));
  }
  return others == restCount;
}
