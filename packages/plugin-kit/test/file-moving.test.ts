import { afterEach, describe, expect, it, vi } from "vitest";
import { isRefusal, retryRefused } from "../src/index.ts";

const { platform } = process;
const on = (name: string): void => void Object.defineProperty(process, "platform", { value: name });
afterEach(() => on(platform));

const refusal = (code: string): Error => Object.assign(new Error(code), { code, errno: -1 });

/** Fails with each of these codes, then returns 7. */
function failing(...codes: readonly string[]): () => Promise<number> {
  const left = [...codes];
  return vi.fn(() => {
    const code = left.shift();
    return code === undefined ? Promise.resolve(7) : Promise.reject(refusal(code));
  });
}

describe("retryRefused", () => {
  it.each(["EPERM", "EACCES", "EBUSY"])("repeats what Windows refuses with %s", async (code) => {
    on("win32");
    const operation = failing(code, code, code);
    expect(await retryRefused(operation)).toBe(7);
    expect(operation).toHaveBeenCalledTimes(4);
  });

  it("ends with the last refusal if patience is over", async () => {
    on("win32");
    const operation = failing("EPERM", "EPERM", "EBUSY", "EPERM");
    await expect(retryRefused(operation, { patience: 3 })).rejects.toThrow("EBUSY");
  });

  it("does not repeat other errors, nor any on another system", async () => {
    on("win32");
    await expect(retryRefused(failing("ENOENT"))).rejects.toThrow("ENOENT");
    expect(isRefusal(refusal("EPERM"))).toBe(true);
    on("linux");
    await expect(retryRefused(failing("EPERM"))).rejects.toThrow("EPERM");
    expect(isRefusal(refusal("EPERM"))).toBe(false);
  });
});
