import { AtcError } from "@atc/contract";

/** The ATC_INVALID_CONFIG for a part of a sweep: its place, what is wrong, what to do. */
export function spaceFault(origin: string, what: string, cause?: unknown): AtcError<"ATC_INVALID_CONFIG"> {
  return new AtcError("ATC_INVALID_CONFIG", `${origin}: ${what}`, {
    ...(cause === undefined ? {} : { cause }),
    details: { origin, faults: [{ path: origin, allowed: what }] },
  });
}
