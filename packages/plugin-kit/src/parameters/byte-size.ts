const units: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  kib: 2 ** 10,
  m: 1e6,
  mb: 1e6,
  mib: 2 ** 20,
  g: 1e9,
  gb: 1e9,
  gib: 2 ** 30,
  t: 1e12,
  tb: 1e12,
  tib: 2 ** 40,
};

/**
 * The bytes of a size such as `256MB` (10^6), `1.5 GiB` (2^30) or `1048576`, rounded; units in any case. Undefined for
 * any other text, for less than a byte and for more than 2^53 - 1 bytes.
 */
export function parseByteSize(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmgt]i?b|[bkmgt]?)$/i.exec(text.trim()) ?? [];
  const factor = units[unit.toLowerCase()];
  if (digits === undefined || factor === undefined) return undefined;
  const bytes = Math.round(Number(digits) * factor);
  return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : undefined;
}
