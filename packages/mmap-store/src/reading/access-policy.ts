import type { AccessPattern, Mapping } from "./mapping.ts";

/** Tells the kernel how a mapping is read, as seldom as that changes. */
export interface AccessPolicy {
  /** Rows will be read in order until the returned function is called; it may be called again. */
  scan(): () => void;
  /** `bytes` in a row will be read, here and there. */
  window(bytes: number): void;
}

/**
 * Windows up to this many bytes are fetched page by page. With the usual reading ahead, 3000 windows of 64 values in 256 MiB of memory took 135
 * times as long, since each drove out what others needed.
 */
const smallWindow = 2 ** 20;

/** Scans read ahead, small windows do not. Who holds a large window may go through it at any time, so from then on nothing reads at random. */
export function accessPolicy(mapping: Mapping): AccessPolicy {
  let current: AccessPattern = "normal";
  let scans = 0;
  let hasLargeWindow = false;
  const set = (pattern: AccessPattern): void => {
    if (current !== pattern) mapping.advise(pattern);
    current = pattern;
  };
  return {
    scan() {
      scans++;
      set("sequential");
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        if (--scans === 0) set("normal");
      };
    },
    window(bytes) {
      if (bytes > smallWindow) hasLargeWindow = true;
      if (scans === 0) set(hasLargeWindow ? "normal" : "random");
    },
  };
}

/** A segment that can be taken out of the process's memory. */
interface Releasable {
  release(): void;
}

/** What scans of a dataset left behind them. */
export interface ScanTrail {
  /** `bytes` of a segment were read and will not be needed soon. */
  passed(segment: Releasable, bytes: number): void;
}

const trailBytes = 64 * 2 ** 20;

/**
 * Takes what scans have passed out of the process's memory, 64 MiB at a time, so that a scan of any length takes no more than that. All scans of a
 * dataset share one trail: those of thousands of short series are as long as one of a long series.
 */
export function scanTrail(): ScanTrail {
  const segments = new Set<Releasable>();
  let bytesBehind = 0;
  return {
    passed(segment, bytes) {
      segments.add(segment);
      bytesBehind += bytes;
      if (bytesBehind < trailBytes) return;
      for (const passed of segments) passed.release();
      segments.clear();
      bytesBehind = 0;
    },
  };
}
