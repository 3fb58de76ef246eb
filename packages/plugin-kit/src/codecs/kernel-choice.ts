import { AtcError } from "@atc/contract";

/** The kernels of a computation: WebAssembly, or the same arithmetic in TypeScript. */
export type KernelName = "reference" | "wasm";

/**
 * Creates the fastest kernel that this machine can run: WebAssembly, else TypeScript. For tests, the environment
 * variable ATC_KERNEL fixes the choice to `reference` or `wasm`.
 *
 * @param make - `wasm` returns undefined if WebAssembly cannot run; `needs` says what it needs, for the message
 * @throws ATC_INVALID_ARGUMENT if ATC_KERNEL has another value; ATC_UNSUPPORTED if it is `wasm` and that cannot run
 */
export function chooseKernel<Kernel>(make: {
  readonly wasm: () => Kernel | undefined;
  readonly reference: () => Kernel;
  readonly needs: string;
}): Kernel {
  const wanted = globalThis.process?.env["ATC_KERNEL"];
  if (wanted !== undefined && wanted !== "" && wanted !== "reference" && wanted !== "wasm") {
    const message = `the environment variable ATC_KERNEL is "${wanted}"; set it to "reference" or "wasm", or unset it`;
    throw new AtcError("ATC_INVALID_ARGUMENT", message, { details: { variable: "ATC_KERNEL", value: wanted } });
  }
  if (wanted === "reference") return make.reference();
  const kernel = make.wasm();
  if (kernel !== undefined) return kernel;
  if (wanted !== "wasm") return make.reference();
  throw new AtcError(
    "ATC_UNSUPPORTED",
    `the environment variable ATC_KERNEL is "wasm", but the WebAssembly kernel cannot run: it needs ${make.needs}; unset ATC_KERNEL`,
    { details: { variable: "ATC_KERNEL" } },
  );
}
