import { AtcError } from "@atc/contract";
import {
  chooseKernel,
  createKernelMemory,
  type GrowingMemory,
  type KernelName,
  memoryPageLength,
} from "@atc/plugin-kit";
import { type AccountExports, accountCode } from "./account-kernel.ts";
import { groupLength, groupSize } from "./group-state.ts";
import {
  type LaneLayout,
  type LaneMemory,
  type LaneShape,
  laneLayout,
  laneMemory,
  statesOfPortfolios,
  statesOfSymbol,
  timeLength,
} from "./lane-memory.ts";
import { advanceGroupsPlain } from "./plain-group.ts";
import { addRowsPlain, advancePortfoliosPlain, placeRowsPlain, type SumMatrix } from "./plain-sums.ts";

/** Bars that some groups add. Their prices are in the memory. */
interface LaneStep {
  readonly symbol: number;
  /** The first group that adds them, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** The row of the prices at which orders are filled. */
  readonly fill: "fill" | "close";
  /** Number of bars before these. */
  readonly bars: number;
  readonly count: number;
}

/** Rows of the current sums that are placed at the times of a block. */
interface LanePlaces {
  readonly timeGroup: number;
  readonly count: number;
  readonly length: number;
  /** The matrix to write or add them to. */
  readonly target: number;
  readonly isAdded: boolean;
}

/**
 * Advances accounts and portfolios of many configurations in a memory of their own, which disposal frees. Matrix 0 has
 * the sums of the current group of symbols.
 */
export interface LaneKernel extends Disposable {
  readonly name: KernelName;
  readonly memory: LaneMemory;
  /**
   * Adds bars to the accounts of a symbol, and their equities to matrix 0. Returns the first lane with a direction that
   * is not -1, 0 or 1; -1 if there is none.
   */
  advance(step: LaneStep): number;
  /** Writes or adds the rows of matrix 0 to another, at the times of `rowAt`, and keeps the last one. */
  place(places: LanePlaces): void;
  /** Adds the first `length` times of a matrix to another. */
  add(target: number, source: number, length: number): void;
  /** Adds times to the portfolios, whose sums in a matrix become returns. */
  finish(matrix: number, bars: number, length: number): void;
}

/** The largest memory: half of what 32-bit addresses reach. */
const largestMemory = 2 ** 31 - memoryPageLength;

function tooLarge({ length, groups, symbols }: LaneLayout, cause?: unknown): AtcError {
  const mb = Math.ceil(length / 2 ** 20);
  return new AtcError(
    "ATC_UNSUPPORTED",
    `the accounts of ${groups * groupSize} configurations and ${symbols} symbols take ${mb} MB, which is more than one memory holds; give fewer configurations at once`,
    { cause, details: { bytes: length } },
  );
}

/** Code over a memory, which kernels use one after the other. */
interface LaneSpace {
  readonly exports: AccountExports;
  readonly memory: GrowingMemory;
}

/**
 * The memory of a kernel that was disposed of. The collector frees memories of WebAssembly late, so that a sweep's
 * threads held hundreds of MB of them. So the next kernel takes it, unless the collector was faster.
 */
let free: WeakRef<LaneSpace> | undefined;

/** The free memory, or a new one, with room for a layout. It is 0 from the layout's first address on. */
function takeSpace({ close: first, length }: LaneLayout): LaneSpace | undefined {
  const space = free?.deref();
  free = undefined;
  const pages = Math.ceil(length / memoryPageLength);
  if (space === undefined) {
    const memory = createKernelMemory(pages);
    const exports = accountCode.instantiate(memory);
    return exports && { exports, memory };
  }
  const { memory } = space;
  const missing = pages - memory.buffer.byteLength / memoryPageLength;
  if (missing > 0) memory.grow(missing);
  new Uint8Array(memory.buffer, first, length - first).fill(0);
  return space;
}

function wasmKernel(space: LaneSpace, memory: LaneMemory): LaneKernel {
  const { exports } = space;
  const { layout } = memory;
  const { symbols, groups, stride, matrixLength } = layout;
  let isOpen = true;
  const matrix = (index: number): number => layout.matrices + index * matrixLength;
  return {
    name: "wasm",
    memory,
    advance({ symbol, from, to, fill, bars, count }) {
      const lane = exports.advanceGroups(
        to - from,
        layout.accounts + symbol * layout.symbolLength + from * 8 * groupLength,
        layout.sources + 4 * groupSize * from,
        layout.lanes,
        layout[fill],
        layout.close,
        layout.work,
        bars,
        count,
        matrix(0) + from * stride,
        stride,
      );
      return lane === (to - from) * groupSize ? -1 : from * groupSize + lane;
    },
    place({ timeGroup, count, length, target, isAdded }) {
      exports.placeRows(
        groups,
        matrix(0),
        stride,
        count,
        layout.latest + timeGroup * groups * timeLength,
        layout.rowAt,
        length,
        matrix(target),
        isAdded ? 1 : 0,
      );
    },
    add: (target, source, length) => exports.addRows(groups, matrix(target), matrix(source), stride, length),
    finish: (source, bars, length) =>
      exports.advancePortfolios(groups, layout.portfolios, matrix(source), stride, bars, length, symbols),
    [Symbol.dispose]() {
      if (isOpen) free = new WeakRef(space);
      isOpen = false;
    },
  };
}

function createWasmKernel(layout: LaneLayout): LaneKernel | undefined {
  try {
    const space = takeSpace(layout);
    return space && wasmKernel(space, laneMemory(layout, space.memory.buffer));
  } catch (cause) {
    throw tooLarge(layout, cause);
  }
}

function createPlainKernel(layout: LaneLayout): LaneKernel {
  const memory = laneMemory(layout, new ArrayBuffer(layout.length));
  const { bytes, words, doubles } = memory;
  const { groups, symbols, stride, blockLength } = layout;
  const row = (address: number): Float64Array => doubles.subarray(address / 8, address / 8 + blockLength);
  const matrix = (index: number): SumMatrix => ({
    values: doubles,
    from: (layout.matrices + index * layout.matrixLength) / 8,
    stride: stride / 8,
    groups,
  });
  const rowAt = new Int32Array(bytes.buffer, layout.rowAt, blockLength);
  return {
    name: "reference",
    memory,
    advance({ symbol, from, to, fill, bars, count }) {
      const lane = advanceGroupsPlain({
        states: statesOfSymbol(memory, symbol).subarray(from * groupLength, to * groupLength),
        directions: bytes,
        sources: words.subarray(layout.sources / 4 + groupSize * from, layout.sources / 4 + groupSize * to),
        bars: { fill: row(layout[fill]), close: row(layout.close), bars, count },
        sums: { values: doubles, from: matrix(0).from + (from * stride) / 8, stride: stride / 8 },
      });
      return lane === (to - from) * groupSize ? -1 : from * groupSize + lane;
    },
    place({ timeGroup, count, length, target, isAdded }) {
      const latest = (layout.latest + timeGroup * groups * timeLength) / 8;
      placeRowsPlain(matrix(target), { rows: matrix(0).from, latest, rowAt, count, length, isAdded });
    },
    add: (target, source, length) => addRowsPlain(matrix(target), matrix(source).from, length),
    finish: (source, bars, length) =>
      advancePortfoliosPlain(matrix(source), statesOfPortfolios(memory), { bars, length, divisor: symbols }),
    [Symbol.dispose]: () => undefined,
  };
}

/**
 * Creates a kernel with a memory of its own: the fastest that this machine can run; `ATC_KERNEL` fixes the choice.
 *
 * @throws ATC_UNSUPPORTED if the memory would be too large, or for a wrong ATC_KERNEL; ATC_INVALID_ARGUMENT for one
 * that does not exist
 */
export function createLaneKernel(shape: LaneShape): LaneKernel {
  const layout = laneLayout(shape);
  if (layout.length > largestMemory) throw tooLarge(layout);
  return chooseKernel({
    wasm: () => createWasmKernel(layout),
    reference: () => createPlainKernel(layout),
    needs: "SIMD and its file dist/kernel.wasm",
  });
}
