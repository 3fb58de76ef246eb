import { slideLong } from "./long-block-windows";
import { longChanges, longSource, wholeAt, Kernel, Kind, State, Windows } from "./records";
import { advanceRecursive } from "./recursive";

/** Puts the history before the row of the source and writes the changes from bar `from`. */
function copySource(kernel: Kernel, state: State, source: usize, changes: usize, from: usize, count: usize): void {
  const history = <usize>kernel.history << 3;
  const newest = <usize>state.place << 3;
  memory.copy(source - history, <usize>kernel.source + newest - history, history);
  memory.copy(changes - history, <usize>kernel.changes + newest - history, history);
  let at = source + (from << 3);
  let change = changes + (from << 3);
  for (let left = (count - from + 1) >> 1; left > 0; left--) {
    v128.store(change, f64x2.abs(f64x2.sub(v128.load(at), v128.load(at - 8))));
    at += 16;
    change += 16;
  }
  if (from == 0 && state.bars == 0) store<f64>(changes, 0);
}

/**
 * Computes a long block: `count` bars, at most `longBlockLength`, in the long row of the source, if only averages are
 * outputs. There are no votes, and each kind has its base length only, so blocks may be long. `close` is the last
 * close.
 */
export function advanceLongBlock(address: usize, scratch: usize, count: usize, close: f64): void {
  const kernel = changetype<Kernel>(address);
  const state = changetype<State>(<usize>kernel.state);
  const start = state.bars;
  const source = scratch + longSource;
  const changes = scratch + longChanges;
  const history = <usize>kernel.history;
  let changed = false;
  for (let i: usize = 0; i < <usize>kernel.windowsCount; i++) {
    if (changetype<Windows>(wholeAt(kernel.windows, i)).kama != 0) changed = true;
  }
  // Without KAMA, changes are needed only for snapshots.
  copySource(kernel, state, source, changes, changed || count < history ? 0 : count - history, count);
  for (let i: usize = 0; i < <usize>kernel.windowsCount; i++) {
    slideLong(kernel, changetype<Windows>(wholeAt(kernel.windows, i)), source, changes, scratch, start, count);
  }
  for (let i: usize = 0; i < <usize>kernel.kindCount; i++) {
    const kind = changetype<Kind>(wholeAt(kernel.kinds, i));
    // KAMA was computed with its windows.
    if (kind.kind != 5) advanceRecursive(kind, kernel, source, start, count);
  }
  memory.copy(<usize>kernel.source, source + ((count - history) << 3), history << 3);
  memory.copy(<usize>kernel.changes, changes + ((count - history) << 3), history << 3);
  state.place = history;
  state.bars += <f64>count;
  state.previousClose = close;
}
