import { AtcError } from "@atc/contract";

/** The ATC_INVALID_ARGUMENT for an option of a source that is out of range. */
export function invalidOption(source: string, name: string, value: unknown, allowed: string): AtcError {
  return new AtcError("ATC_INVALID_ARGUMENT", `${source}: option ${name} is "${String(value)}"; give ${allowed}`, {
    details: { option: name },
  });
}
