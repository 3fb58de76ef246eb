import { isAtcError } from "@atc/contract";

/** The code of the AtcError that `run` throws; the error as text where it is another, "no error" where there is none. */
export function errorCode(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "no error";
}
