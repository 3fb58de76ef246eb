import { AtcError } from "@atc/contract";

/** Refuses calls after disposal, and disposes once. */
export interface DisposalGuard {
  /** Throws ATC_CLOSED after the first call of {@link DisposalGuard.dispose}. */
  check(): void;
  /** Starts disposal at the first call. All calls return the same promise. */
  dispose(): Promise<void>;
}

export function createDisposalGuard(dispose: () => Promise<void>): DisposalGuard {
  let disposal: Promise<void> | undefined;
  return {
    check() {
      if (disposal !== undefined) throw new AtcError("ATC_CLOSED", "the executor is disposed; create a new one");
    },
    dispose() {
      disposal ??= dispose();
      return disposal;
    },
  };
}
