import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createCache } from "../src/index.ts";
import { memoryStore } from "./memory-store.ts";

const folder = new URL("./fixtures/", import.meta.url);
const key = { kind: "equity", input: "9f2c", parameters: { fee: 10 }, algorithm: "backtest", version: 1 };

describe("files of earlier releases", () => {
  it("are found and read, version 1", async () => {
    const [name = ""] = readdirSync(folder);
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
    expect(bytes).toHaveLength(734);
    const store = memoryStore();
    await store.set(`v1/${name.slice(0, 2)}/${name}`, bytes);
    const value = await createCache({ store }).get(key);
    expect(value).toEqual({ arrays: { equity: Float64Array.of(1, 1.01, 0.99) } });
  });
});
