import type { ReadingNote } from "@atc/contract";
import { numberForms, outsideForm, usualForm } from "./number-form.ts";
import type { TimeLayout } from "./time-layout.ts";

/** Counts the rows of a reading by the form of their times, for its notes. */
export interface TimeTally {
  /** The form of the time that the reader read last, as a number of {@link numberForms}. */
  form: number;
  /**
   * Counts the last time; call it for each row that is kept. Not needed while `form` is `usual`.
   *
   * @param line - the row's line, if the source has lines
   */
  count(line?: number): void;
  /** Counts `rows` rows of a form, the first of them in `line`. */
  add(form: number, rows: number, line?: number): void;
  /** Adds the rows of local times that occur twice and whose pass was assumed: their number is asked for at the end. */
  follow(assumed: () => number): void;
  /** The number of the form that needs no note. */
  readonly usual: number;
  /** What the counted rows show. */
  notes(): readonly ReadingNote[];
}

function textOf(form: number, { time, usual }: TimeLayout): string {
  if (form === outsideForm) return `with a time before 1980 or after 2099 by the given timeUnit ${time}`;
  return `with a time in ${numberForms[form]} instead of ${usual}`;
}

function assumedNotes(rows: number): readonly ReadingNote[] {
  const text = "with a local time that occurs twice, taken as the first of the two because no second pass follows";
  return rows === 0 ? [] : [{ key: `times: ${text}`, rows, text }];
}

/** A tally for times of a layout. */
export function timeTally(layout: TimeLayout): TimeTally {
  const usual = layout.usual === undefined ? usualForm : numberForms.indexOf(layout.usual);
  const rows = new Float64Array(usualForm + 1);
  const lines: (number | undefined)[] = [];
  const followed: (() => number)[] = [];

  function add(form: number, count: number, line?: number): void {
    if (rows[form] === 0) lines[form] = line;
    rows[form] = rows[form] + count;
  }

  function formNotes(): readonly ReadingNote[] {
    return Array.from(rows.subarray(0, usualForm), (count, form) => ({ count, form }))
      .filter(({ count, form }) => count > 0 && form !== usual)
      .map(({ count, form }) => {
        const text = textOf(form, layout);
        const line = lines[form];
        return { key: `times: ${text}`, rows: count, text, ...(line === undefined ? {} : { line }) };
      });
  }

  const tally: TimeTally = {
    form: usual,
    usual,
    add,
    count: (line) => {
      if (tally.form !== usual) add(tally.form, 1, line);
    },
    follow: (assumed) => void followed.push(assumed),
    notes: () => [...formNotes(), ...assumedNotes(followed.reduce((sum, assumed) => sum + assumed(), 0))],
  };
  return tally;
}
