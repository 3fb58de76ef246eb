const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of a label such as `15m`, `1h`, `1d`, `1w`; undefined for any other text. */
export function timeframeMs(label: string): number | undefined {
  const [, count, unit] = /^(\d+)\s*([smhdw])$/i.exec(label.trim()) ?? [];
  const ms = unitMs[unit?.toLowerCase() ?? ""];
  return count === undefined || ms === undefined ? undefined : Number(count) * ms;
}

/** A time as a label in its largest whole unit: `1d`, `15m`, `1.5s`. */
export function timeframeLabel(ms: number): string {
  const [unit, length] = Object.entries(unitMs).findLast(([, size]) => ms % size === 0) ?? ["s", 1000];
  return `${ms / length}${unit}`;
}
