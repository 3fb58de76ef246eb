import { AtcError } from "@atc/contract";
import type { CcxtModule } from "./ccxt-exchange.ts";

/** Loads ccxt, which users install beside this package. ATC_MISSING_PLUGIN if they did not. */
export async function loadCcxt(): Promise<CcxtModule> {
  try {
    // Its types describe thousands of methods, which slow the compiler; `CcxtModule` has what is used here.
    const name: string = "ccxt";
    const loaded = (await import(name)) as { readonly default: CcxtModule };
    return loaded.default;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new AtcError(
      "ATC_MISSING_PLUGIN",
      "@atc/source-ccxt reads exchanges through ccxt 4, which is not installed; install it with: npm i ccxt",
      { cause, details: { kind: "package", name: "ccxt", packages: ["ccxt"], install: "npm i ccxt" } },
    );
  }
}
