const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;
/** Widths of slots in minutes, each a divisor of a day. */
const widths: readonly number[] = [1440, 720, 480, 360, 240, 180, 120, 60, 30, 20, 15, 12, 10, 6, 5, 4, 3, 2, 1];
/** Weeks with bars before, and as many after, that a week is compared with. */
const neighbours = 4;

/** The slots of bars with this interval, in ms: not longer than the interval, but a minute or more. */
export function slotWidth(interval: number): number {
  return minuteMs * (widths.find((width) => width * minuteMs <= interval) ?? 1);
}

/** A week with bars. Weeks begin on Sundays, when clocks change. */
interface Week {
  readonly number: number;
  /** A bit per slot that has a bar, or is between bars of the usual spacing. */
  readonly bits: Uint32Array;
  /** The first slot of the week that the series covers: 0, except in its first week. */
  readonly from: number;
  /** The slot after the last one that the series covers; the number of slots, except in its last week. */
  to: number;
}

/** Slots without bars that the rhythm expects. */
interface MissingSlots {
  /** NaN if nothing is missing. */
  first: number;
  last: number;
  /** Whether another week covers one of the slots. */
  isKnown: boolean;
}

/**
 * Which times of the week a series usually has. A time is usual in a week if three quarters of the neighbouring weeks
 * have it: the four weeks with bars before and after. A neighbour may be shifted by an hour as a whole, as by daylight
 * saving time. So a night, a weekend and the end of summer time are not breaks, and a session that changes for good
 * soon becomes usual. Slots are counted from 1970.
 */
export interface WeekRhythm {
  /** Marks the slots from `first` to `last` (inclusive), later than those before. */
  cover(first: number, last: number): void;
  /** The usual slots among those from `first` to `last`, which have no bars. They belong to the week to be judged. */
  missing(first: number, last: number): MissingSlots;
  /** Whether a slot has bars; undefined outside of the weeks in memory and of the series. */
  has(slot: number): boolean | undefined;
  /** Judges the last weeks. */
  finish(): void;
  /** Whether most weeks have bars on Saturdays at noon, UTC. */
  hasWeekends(): boolean;
}

/**
 * A rhythm of slots of `slotMs`.
 *
 * @param judge - is called with the first and last slot of each week with bars, when its neighbours are known; it may
 * call `missing` for slots of this week
 */
export function createWeekRhythm(slotMs: number, judge: (first: number, last: number) => void): WeekRhythm {
  const slots = (7 * dayMs) / slotMs;
  const words = Math.ceil(slots / 32);
  const hour = (60 * minuteMs) / slotMs;
  /** A Sunday. */
  const origin = (-4 * dayMs) / slotMs;
  const saturdayNoon = Math.floor((6.5 * dayMs) / slotMs);
  const result: MissingSlots = { first: Number.NaN, last: Number.NaN, isKnown: false };
  /** The last weeks, the judged one at `center`. */
  const weeks: Week[] = [];
  const spare: Uint32Array[] = [];
  let center = 0;
  let saturdays = 0;
  let count = 0;
  /** The weeks to compare with, and those shifted to fit the judged week. */
  let others: Week[] = [];
  let otherBits: Uint32Array[] = [];
  let aligned: Week[] | undefined;

  function begin(number: number, from: number): Week {
    if (weeks.length - center > neighbours) next();
    const bits = spare.pop()?.fill(0) ?? new Uint32Array(words);
    const week = { number, bits, from, to: slots };
    weeks.push(week);
    return week;
  }

  /** Judges the week at `center`. */
  function next(): void {
    const week = weeks[center];
    others = weeks.filter((_, w) => w !== center && w <= center + neighbours);
    otherBits = others.map(({ bits }) => bits);
    aligned = undefined;
    const base = origin + week.number * slots;
    judge(base, base + slots - 1);
    count++;
    if (isSet(week, saturdayNoon)) saturdays++;
    center++;
    if (center > neighbours) {
      const [oldest] = weeks.splice(0, 1);
      spare.push(oldest.bits);
      center--;
    }
  }

  function look(
    list: readonly Week[],
    bits: readonly Uint32Array[],
    base: number,
    first: number,
    last: number,
  ): boolean {
    let isFound = false;
    for (let w = first >> 5; w <= last >> 5; w++) {
      // A night, in most words. By index: with iterators, nights took twice as long.
      let any = 0;
      for (let i = 0; i < bits.length; i++) any |= bits[i][w];
      if (any === 0) continue;
      const usual = usualSlots(list, w, maskOf(w, first, last + 1));
      if (usual === 0) continue;
      if (!isFound) result.first = base + 32 * w + lowestBit(usual);
      result.last = base + 32 * w + 31 - Math.clz32(usual);
      isFound = true;
    }
    return isFound;
  }

  return {
    cover(first, last) {
      for (let slot = first; slot <= last; ) {
        const number = Math.floor((slot - origin) / slots);
        const base = origin + number * slots;
        const from = slot - base;
        const to = Math.min(slots, last + 1 - base);
        const latest = weeks.at(-1);
        const week = latest?.number === number ? latest : begin(number, weeks.length === 0 ? from : 0);
        for (let w = from >> 5; w <= (to - 1) >> 5; w++) week.bits[w] |= maskOf(w, from, to);
        slot += to - from;
      }
    },
    missing(first, last) {
      result.first = Number.NaN;
      result.last = Number.NaN;
      const base = origin + weeks[center].number * slots;
      const [from, to] = [first - base, last - base];
      result.isKnown = others.some((week) => Math.max(from, week.from) < Math.min(to + 1, week.to));
      if (to < from || !look(others, otherBits, base, from, to)) return result;
      if (!Number.isInteger(hour)) return result;
      aligned ??= others.map((week) => shiftedToFit(week, weeks[center], hour, slots));
      result.first = Number.NaN;
      result.last = Number.NaN;
      const alignedBits = aligned.map(({ bits }) => bits);
      look(aligned, alignedBits, base, from, to);
      return result;
    },
    has(slot) {
      const number = Math.floor((slot - origin) / slots);
      const week = weeks.find((one) => one.number === number);
      const own = slot - origin - number * slots;
      return week === undefined || own < week.from || own >= week.to ? undefined : isSet(week, own);
    },
    finish() {
      const latest = weeks.at(-1);
      if (latest !== undefined) latest.to = lastSet(latest.bits) + 1;
      while (center < weeks.length) next();
    },
    hasWeekends: () => 2 * saturdays > count,
  };
}

/**
 * Whether a slot without bars, of the first to the last, is usual at its time of the day: three quarters of the other
 * days with bars have it. Undefined if no other day shows it, or if a day has one slot only. For series that are too
 * short for a weekly rhythm.
 */
export function isUsualInDays(rhythm: WeekRhythm, first: number, last: number, slotMs: number): boolean | undefined {
  const perDay = dayMs / slotMs;
  if (perDay === 1) return undefined;
  const hasBars = (day: number): boolean => {
    for (let slot = day * perDay; slot < (day + 1) * perDay; slot++) if (rhythm.has(slot) === true) return true;
    return false;
  };
  const today = Math.floor(first / perDay);
  const near = Array.from({ length: 29 }, (_, i) => today + i - 14);
  const days = near.filter(hasBars);
  let isKnown = false;
  for (let slot = first; slot <= last; slot++) {
    const day = Math.floor(slot / perDay);
    // A day without bars may be of a weekend.
    if (!days.includes(day)) continue;
    const seen = days.filter((one) => one !== day).map((one) => rhythm.has(slot + (one - day) * perDay));
    const known = seen.filter((has) => has !== undefined);
    if (known.length === 0) continue;
    isKnown = true;
    if (4 * known.filter((has) => has).length >= 3 * known.length) return true;
  }
  return isKnown ? false : undefined;
}

/** The slots of `mask`, in a word, that three quarters of the weeks have, of those that cover them. */
function usualSlots(weeks: readonly Week[], w: number, mask: number): number {
  // Bit-wise counters: `present` and `absent` of so many weeks at least.
  let [present1, present2, present3, present4, present5, present6] = [0, 0, 0, 0, 0, 0];
  let [absent1, absent2, absent3] = [0, 0, 0];
  for (let i = 0; i < weeks.length; i++) {
    const { bits, from, to } = weeks[i];
    const has = bits[w];
    const lacks = ~has & maskOf(w, from, to);
    present6 |= present5 & has;
    present5 |= present4 & has;
    present4 |= present3 & has;
    present3 |= present2 & has;
    present2 |= present1 & has;
    present1 |= has;
    absent3 |= absent2 & lacks;
    absent2 |= absent1 & lacks;
    absent1 |= lacks;
  }
  return ((present1 & ~absent1) | (present3 & ~absent2) | (present6 & ~absent3)) & mask;
}

/** The bits of word `w` for slots from `from` to `to` (exclusive). */
function maskOf(w: number, from: number, to: number): number {
  const start = from - 32 * w;
  const end = to - 32 * w;
  if (start >= 32 || end <= 0) return 0;
  const above = start <= 0 ? -1 : -1 << start;
  const below = end >= 32 ? -1 : ~(-1 << end);
  return above & below;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function lastSet(bits: Uint32Array): number {
  let w = bits.length - 1;
  while (w > 0 && bits[w] === 0) w--;
  return 32 * w + 31 - Math.clz32(bits[w]);
}

function isSet({ bits }: Week, slot: number): boolean {
  return ((bits[slot >> 5] >>> (slot & 31)) & 1) === 1;
}

/** A week, or the week an hour earlier or later, whichever has most slots in common with another one. */
function shiftedToFit(week: Week, other: Week, hour: number, slots: number): Week {
  let best = week;
  let most = common(week.bits, other.bits);
  for (const by of [hour, -hour]) {
    const moved = shifted(week, by, slots);
    const shared = common(moved.bits, other.bits);
    if (shared <= most) continue;
    best = moved;
    most = shared;
  }
  return best;
}

function shifted({ number, bits, from, to }: Week, by: number, slots: number): Week {
  const moved = new Uint32Array(bits.length);
  for (let slot = Math.max(0, by); slot < Math.min(slots, slots + by); slot++) {
    const source = slot - by;
    if (((bits[source >> 5] >>> (source & 31)) & 1) === 1) moved[slot >> 5] |= 1 << (slot & 31);
  }
  return { number, bits: moved, from: Math.max(0, from + by), to: Math.min(slots, to + by) };
}

function common(a: Uint32Array, b: Uint32Array): number {
  let count = 0;
  for (let w = 0; w < a.length; w++) {
    let word = a[w] & b[w];
    while (word !== 0) {
      word &= word - 1;
      count++;
    }
  }
  return count;
}
