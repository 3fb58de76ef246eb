import { AtcError } from "@atc/contract";
import type { Outcome } from "./sampler.ts";

/** Which candidates were asked for, and which have an outcome. */
export interface ToldCandidates {
  /** The number of candidates that were asked for. */
  readonly asked: number;
  /** The number of them that have no outcome yet. */
  readonly open: number;
  /** Registers further candidates. */
  ask(count: number): void;
  /** Registers an outcome. Throws ATC_INVALID_ARGUMENT for an index that was not asked for or that has one. */
  tell(outcome: Outcome): void;
}

/** Creates an empty list. It takes a byte per candidate. */
export function createToldCandidates(): ToldCandidates {
  let told = new Uint8Array(1024);
  let asked = 0;
  let open = 0;
  return {
    get asked() {
      return asked;
    },
    get open() {
      return open;
    },
    ask(count) {
      asked += count;
      open += count;
      if (asked <= told.length) return;
      const grown = new Uint8Array(Math.max(asked, told.length * 2));
      grown.set(told);
      told = grown;
    },
    tell({ index }) {
      const isAsked = Number.isSafeInteger(index) && index >= 0 && index < asked;
      if (!isAsked || told[index] === 1)
        throw new AtcError(
          "ATC_INVALID_ARGUMENT",
          isAsked
            ? `candidate ${index} has an outcome already; report each candidate once`
            : `there is no candidate ${index}; ${asked} candidates were asked for, from 0`,
          { details: { index, asked } },
        );
      told[index] = 1;
      open--;
    },
  };
}
