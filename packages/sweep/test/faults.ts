import { isAtcError } from "@atc/contract";
import { expect } from "vitest";

/** The error that a call throws. It must be an AtcError of the code. */
export function faultOf(call: () => unknown, code = "ATC_INVALID_CONFIG"): { message: string; details: unknown } {
  try {
    call();
  } catch (error) {
    if (!isAtcError(error)) throw error;
    expect(error.code).toBe(code);
    return { message: error.message, details: error.details };
  }
  throw new Error("nothing was thrown");
}

/** The message of the error that a call throws. */
export function messageOf(call: () => unknown, code?: "ATC_INVALID_CONFIG" | "ATC_INVALID_ARGUMENT"): string {
  return faultOf(call, code).message;
}
