import type { PriceColumns } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { compute, createStream, type SignalOutput, signalOutputs, validateSignalConfig } from "../src/index.ts";
import { assertAgreement } from "./agreement.ts";
import { kernels, useKernel } from "./kernels.ts";
import { naiveSignals } from "./naive-signals.ts";
import { type RecordedCase, readCases } from "./recorded-cases.ts";

const fixtures = readCases(new URL("../../../fixtures/atc/", import.meta.url));
const goldens = readCases(new URL("../../../../shared/golden/", import.meta.url));

function pricesOf({ config, close, source }: RecordedCase): PriceColumns {
  return { close, [config.calculationSource ?? "close"]: source };
}

function slice(prices: PriceColumns, from: number, to: number): PriceColumns {
  return Object.fromEntries(Object.entries(prices).map(([name, column]) => [name, column.subarray(from, to)])) as {
    close: Float64Array;
  };
}

function computeInChunks(recorded: RecordedCase, chunk: number): Record<SignalOutput, number[]> {
  const stream = createStream(recorded.config);
  const prices = pricesOf(recorded);
  const collected = Object.fromEntries(signalOutputs.map((output) => [output, [] as number[]]));
  for (let from = 0; from < recorded.close.length; from += chunk) {
    const columns = stream.push(slice(prices, from, from + chunk));
    for (const output of signalOutputs) collected[output]?.push(...columns[output]);
  }
  return collected as Record<SignalOutput, number[]>;
}

function agreesWith(recorded: RecordedCase): void {
  it("in batch", () => {
    assertAgreement(compute(pricesOf(recorded), recorded.config).columns, recorded.outputs, recorded.close);
  });

  it.each([1, 7, 4096])("in chunks of %i", (chunk) => {
    assertAgreement(computeInChunks(recorded, chunk), recorded.outputs, recorded.close);
  });

  it("with the naive implementation of these tests", () => {
    const config = validateSignalConfig(recorded.config);
    const naive = naiveSignals([...recorded.close], [...recorded.source], config);
    assertAgreement(naive, recorded.outputs, recorded.close);
  });

  it("bar by bar", () => {
    const stream = createStream(recorded.config);
    const { columns } = compute(pricesOf(recorded), recorded.config);
    const name = recorded.config.calculationSource ?? "close";
    for (let bar = 0; bar < recorded.close.length; bar++) {
      const close = Number(recorded.close[bar]);
      const values = stream.pushBar({ close, [name]: Number(recorded.source[bar]) });
      for (const output of signalOutputs) {
        if (!Object.is(values[output], columns[output][bar]))
          expect([bar, output, values[output]]).toBe(columns[output][bar]);
      }
    }
  });
}

it("has fixtures", () => {
  expect(fixtures.length).toBeGreaterThan(10);
});

describe.each(kernels)("the kernel %s", (kernel) => {
  useKernel(kernel);
  describe.each(fixtures)("agrees with the fixture $name", agreesWith);
  describe.each(goldens)("agrees with the recording $name", agreesWith);
});

it.skipIf(goldens.length === 0)("has recordings of real prices (needs ../shared)", () => {
  expect(goldens.length).toBe(5);
});
