import type { AccessPattern } from "../system/mapped-memory.ts";
import type { Mapping } from "./mapping.ts";

/** Advises the kernel how a mapping is read, whenever that changes. */
export interface AccessPolicy {
  /** Announces reads in order, until the returned function is called. That function may be called twice. */
  scan(): () => void;
  /** Announces a read of `bytes` consecutive bytes at any position. */
  window(bytes: number): void;
}

/**
 * Windows up to this many bytes are fetched page by page. With the default read-ahead, 3000 windows of 64 values in
 * 256 MiB of memory took 135 times as long, since each evicted pages that others needed.
 */
const smallWindow = 2 ** 20;

/**
 * Scans read ahead, small windows do not. A caller may scan a large window at any time, so after one the policy is
 * never "random".
 */
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

/** A segment whose pages can be released from the memory of the process. */
interface Releasable {
  release(): void;
}

/** The pages that the scans of a dataset have read. */
export interface ScanTrail {
  /** Records that `bytes` of a segment were read and are not needed soon. */
  passed(segment: Releasable, bytes: number): void;
}

const trailBytes = 64 * 2 ** 20;

/**
 * Releases the pages behind scans after every 64 MiB, so that a scan of any length holds no more memory. All scans of a
 * dataset share one trail, since scans of thousands of short series add up to one of a long series.
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
