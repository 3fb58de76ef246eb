import { decimalText, noFigure, shortestText, signedPercentText } from "./number-text.ts";

/** An amount as a label of an axis: `12,000`, `250k`, `1.5M`. */
export function moneyLabel(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${shortestText(value / 1e9, 4)}B`;
  if (size >= 1e6) return `${shortestText(value / 1e6, 4)}M`;
  return size >= 1e5 ? `${shortestText(value / 1e3, 4)}k` : shortestText(value, 5);
}

/** Money, and its change since the first row in per cent. */
export function moneyText(value: number, start: number): string {
  if (!Number.isFinite(value)) return noFigure;
  const size = Math.abs(value);
  const money = size < 1 ? shortestText(value, 3) : decimalText(value, size >= 1000 ? 0 : 2);
  return start > 0 ? `${money} (${signedPercentText(value / start - 1)})` : money;
}
