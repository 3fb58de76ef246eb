import type { MemoryViews } from "./memory-views.ts";
import type { NumericKernel } from "./numeric-kernel.ts";

const largestCorrection = 2n ** 20n;

/** The integer nearest to `value`; a tie goes to the even one, as in IEEE 754. */
function nearestEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  if (part === 0.5) return below % 2 === 0 ? below : below + 1;
  return part < 0.5 ? below : below + 1;
}

/** Twin of `assembly/decimal.ts`. */
export function plainDecimals({
  integers,
}: MemoryViews): Pick<NumericKernel, "toDecimal" | "fromDecimal" | "divide" | "multiply"> {
  const cell = new DataView(new ArrayBuffer(8));
  const floatOf = (bits: bigint, single: number): number => {
    cell.setBigInt64(0, bits);
    return single === 1 ? cell.getFloat32(4) : cell.getFloat64(0);
  };
  const fractionBits = (quotient: bigint, scale: number, divisor: number, single: number): bigint => {
    const value = (Number(quotient) * divisor) / scale;
    if (single === 1) {
      cell.setFloat32(0, value);
      return BigInt(cell.getInt32(0));
    }
    cell.setFloat64(0, value);
    return cell.getBigInt64(0);
  };
  return {
    toDecimal(values, target, count, scale, divisor, single, corrections) {
      const factor = scale / divisor;
      let corrected = 0;
      let before = 0n;
      for (let i = 0; i < count; i++) {
        const bits = integers[values / 8 + i];
        const quotient = nearestEven(floatOf(bits, single) * factor);
        let whole = Math.abs(quotient * divisor) <= Number.MAX_SAFE_INTEGER ? BigInt(quotient) : before;
        let correction = bits - fractionBits(whole, scale, divisor, single);
        if (correction !== 0n) {
          corrected++;
          const wrapped = BigInt.asIntN(64, correction);
          if (wrapped > largestCorrection || -wrapped > largestCorrection) {
            whole = before;
            correction = bits - fractionBits(whole, scale, divisor, single);
          }
        }
        integers[corrections / 8 + i] = correction;
        integers[target / 8 + i] = whole;
        before = whole;
      }
      return corrected;
    },
    fromDecimal(values, count, scale, divisor, single) {
      for (let i = values / 8; i < values / 8 + count; i++)
        integers[i] = fractionBits(integers[i], scale, divisor, single);
    },
    divide(values, target, count, divisor) {
      const whole = BigInt(divisor);
      for (let i = 0; i < count; i++) {
        const value = integers[values / 8 + i];
        if (value % whole !== 0n) return 0;
        integers[target / 8 + i] = value / whole;
      }
      return 1;
    },
    multiply(values, count, divisor) {
      const whole = BigInt(divisor);
      for (let i = values / 8; i < values / 8 + count; i++) integers[i] = integers[i] * whole;
    },
  };
}
