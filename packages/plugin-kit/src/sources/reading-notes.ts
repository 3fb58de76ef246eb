import type { ReadingNote } from "@atc/contract";

/** Adds up the notes of slices and files. */
export interface NoteLog {
  /** Adds notes. `lineOffset` is added to their lines; `file` names their file, unless they name one. */
  add(notes: readonly ReadingNote[] | undefined, from?: { readonly lineOffset?: number; readonly file?: string }): void;
  /** Forgets all notes, before the rows are read again. */
  clear(): void;
  /** One note per key, in order of appearance, with the line that was added first. */
  notes(): readonly ReadingNote[];
}

/** An empty log of notes. */
export function createNoteLog(): NoteLog {
  const byKey = new Map<string, ReadingNote>();
  return {
    add(notes = [], { lineOffset = 0, file } = {}) {
      for (const note of notes) {
        const known = byKey.get(note.key);
        const line = note.line === undefined ? {} : { line: note.line + lineOffset };
        const named = file === undefined ? {} : { file };
        byKey.set(note.key, known ? { ...known, rows: known.rows + note.rows } : { ...named, ...note, ...line });
      }
    },
    clear: () => byKey.clear(),
    notes: () => [...byKey.values()],
  };
}

/**
 * A note as a sentence without a full stop: `3 rows with a time in us instead of ms, the first in line 7 of "a.csv"`.
 */
export function noteSentence({ rows, line, file, text }: ReadingNote): string {
  const where = line === undefined ? "" : `, the first in line ${line}${file === undefined ? "" : ` of "${file}"`}`;
  return `${rows} ${rows === 1 ? "row" : "rows"} ${text}${where}`;
}
