import { isAtcError } from "@atc/contract";

/** The code of the AtcError that `run` throws; the text of another error; "no error" if it does not throw. */
export function errorCode(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isAtcError(error) ? error.code : String(error);
  }
  return "no error";
}
