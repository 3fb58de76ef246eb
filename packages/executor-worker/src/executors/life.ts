import { AtcError } from "@atc/contract";

/** From the first task of an executor to its disposal. */
export interface Life {
  /** Throws ATC_CLOSED after {@link Life.end} was called. */
  check(): void;
  /** Ends it once; every call gives the same promise. */
  end(): Promise<void>;
}

/** A life that ends with `dispose`. */
export function createLife(dispose: () => Promise<void>): Life {
  let ending: Promise<void> | undefined;
  return {
    check() {
      if (ending !== undefined) throw new AtcError("ATC_CLOSED", "the executor was disposed");
    },
    end() {
      ending ??= dispose();
      return ending;
    },
  };
}
