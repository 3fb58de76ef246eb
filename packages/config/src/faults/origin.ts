/** Where a value came from. */
export interface Origin {
  /** The layer, in rising order of precedence. */
  readonly kind: "default" | "object" | "file" | "environment" | "flag";
  /** The key's spelling there: `fee_bps`, `ATC_FEE_BPS`, `--fee-bps`. Absent for a default. */
  readonly spelling?: string;
  /** Absolute path of the file. */
  readonly file?: string;
  /** Line of the key in the file, from 1. */
  readonly line?: number;
}

/** An origin for people: `default`, `object`, `/home/me/atc.yaml:3`, `ATC_FEE_BPS`, `--fee-bps`. */
export function describeOrigin(origin: Origin): string {
  if (origin.kind === "file") return `${origin.file}:${origin.line}`;
  if (origin.kind === "environment" || origin.kind === "flag") return origin.spelling ?? origin.kind;
  return origin.kind;
}
