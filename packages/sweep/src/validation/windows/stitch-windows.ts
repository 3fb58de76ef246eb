import { invalidSetting } from "../base/check-settings.ts";
import type { WalkForwardWindow } from "./walk-forward-windows.ts";

/** Throws ATC_INVALID_CONFIG if a bar is in two tests: no single account can follow both. */
export function checkStitching(windows: readonly WalkForwardWindow[]): void {
  for (let place = 1; place < windows.length; place++) {
    const [start] = windows[place].test;
    const [, end] = windows[place - 1].test;
    if (start < end)
      throw invalidSetting(
        "step",
        `the tests of windows ${place} and ${place + 1} share bars ${start} to ${end - 1}; make step at least test`,
      );
  }
}

/**
 * The window that decides at the close of each bar, -1 if none does: the one whose test holds the next bar, in which
 * the order fills. So a position that two choices agree on is held across their seam.
 *
 * @throws ATC_INVALID_CONFIG if tests overlap
 */
export function decidingWindows(windows: readonly WalkForwardWindow[], bars: number): Int32Array {
  checkStitching(windows);
  const deciding = new Int32Array(bars).fill(-1);
  windows.forEach(({ test: [from, to] }, window) => {
    deciding.fill(window, Math.max(0, from - 1), Math.max(0, to - 1));
  });
  return deciding;
}
