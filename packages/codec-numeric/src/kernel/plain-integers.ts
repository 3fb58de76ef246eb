import type { MemoryViews } from "./memory-views.ts";
import type { NumericKernel } from "./numeric-kernel.ts";

/** Twin of `assembly/widths.ts` and `assembly/difference.ts`. */
export function plainIntegers({
  view,
  integers,
}: MemoryViews): Pick<
  NumericKernel,
  "widen" | "narrow" | "orderFloats" | "difference" | "accumulate" | "isUnsigned" | "zigzag" | "unzigzag" | "add"
> {
  const readers: Readonly<Record<number, (at: number) => bigint>> = {
    1: (at) => BigInt(view.getInt8(at)),
    2: (at) => BigInt(view.getInt16(at, true)),
    4: (at) => BigInt(view.getInt32(at, true)),
    8: (at) => view.getBigInt64(at, true),
  };
  const writers: Readonly<Record<number, (at: number, value: bigint) => void>> = {
    1: (at, value) => view.setInt8(at, Number(BigInt.asIntN(8, value))),
    2: (at, value) => view.setInt16(at, Number(BigInt.asIntN(16, value)), true),
    4: (at, value) => view.setInt32(at, Number(BigInt.asIntN(32, value)), true),
    8: (at, value) => view.setBigInt64(at, value, true),
  };
  const areaOf = (at: number, count: number): BigInt64Array => integers.subarray(at / 8, at / 8 + count);
  return {
    widen(source, target, count, size) {
      const read = readers[size] as (at: number) => bigint;
      for (let i = 0; i < count; i++) integers[target / 8 + i] = read(source + i * size);
    },
    narrow(source, target, count, size) {
      const write = writers[size] as (at: number, value: bigint) => void;
      for (let i = 0; i < count; i++) write(target + i * size, integers[source / 8 + i]);
    },
    orderFloats(values, count, size) {
      const mask = size === 8 ? 2n ** 63n - 1n : 2n ** 31n - 1n;
      const area = areaOf(values, count);
      area.forEach((bits, i) => {
        if (bits < 0n) area[i] = bits ^ mask;
      });
    },
    difference(values, count, lag) {
      const area = areaOf(values, count);
      for (let i = count - 1; i >= lag; i--) area[i] = area[i] - area[i - lag];
    },
    accumulate(values, count, lag) {
      const area = areaOf(values, count);
      for (let i = lag; i < count; i++) area[i] = area[i] + area[i - lag];
    },
    isUnsigned: (values, count) => (areaOf(values, count).some((value) => value < 0n) ? 0 : 1),
    zigzag(values, count) {
      const area = areaOf(values, count);
      area.forEach((value, i) => {
        area[i] = (value << 1n) ^ (value >> 63n);
      });
    },
    unzigzag(values, count) {
      const area = areaOf(values, count);
      area.forEach((value, i) => {
        area[i] = (BigInt.asUintN(64, value) >> 1n) ^ -(value & 1n);
      });
    },
    add(values, others, count) {
      const area = areaOf(values, count);
      areaOf(others, count).forEach((value, i) => {
        area[i] = area[i] + value;
      });
    },
  };
}
