/** Names that a careless program executes, obeys or spreads. */
export const hostileNames: Readonly<Record<string, string>> = {
  first: "!EVIL\u001b[31m\nFAKE",
  html: '"><img src=x onerror=alert(1)><script>alert("1")</script>',
  closing: "</script></style></title><!--",
  colour: "EVIL\u001b[31mRED\u001b[0m",
  title: "EVIL\u001b]0;owned\u0007",
  c1: "EVIL\u009b2J",
  bidi: "EVIL\u202egnp.exe\u2066x",
  zeroWidth: "EVIL\u200b\ufeffX",
  newline: "EVIL\nFAKE,2020-01-01,1\u2028X",
  tab: "EVIL\tX",
  bell: "EVIL\u0007\b\b\b\bGOOD",
  formula: "=cmd()",
  dde: '=cmd|"/c calc"!A1',
  plus: "+1+cmd()",
  minus: "-2+3+cmd()",
  at: "@SUM(1+1)",
  number: "-12.5",
  quotes: `'a,"b"`,
  inherited: "__proto__",
  path: "../../../etc/passwd",
  blank: "\u3164",
  long: `LONG${"x".repeat(9_996)}`,
};

/** One name with most of that, of something else than a symbol. */
export const hostileName = "EVIL\u001b[31m\u009b2J\nFAKE\u202e<b>=cmd()";

/** The name of a file. */
export const hostileFile: string = `${hostileName}.csv`;

/** A line of CSV whose texts are quoted. */
export function hostileFields(...values: readonly (string | number)[]): string {
  return values
    .map((value) => (typeof value === "string" ? `"${value.replaceAll('"', '""')}"` : String(value)))
    .join(",");
}

/** Hourly bars of every hostile name as a symbol. */
export function hostileBars(bars: number, symbols: readonly string[] = Object.values(hostileNames)): string {
  const lines = ["symbol,timestamp,open,high,low,close,volume"];
  for (let bar = 0; bar < bars; bar++) {
    const time = new Date(Date.UTC(2020, 0, 1) + bar * 3_600_000).toISOString();
    for (const [i, symbol] of symbols.entries()) {
      const priceAt = (at: number): number => 100 + 9 * Math.sin(at / (5 + i)) + Math.sin(at / 2 + i);
      const [open, close] = [priceAt(bar), priceAt(bar + 1)] as const;
      const [high, low] = [Math.max(open, close), Math.min(open, close)];
      lines.push(hostileFields(symbol, time, open, high, low, close, 10));
    }
  }
  return `${lines.join("\n")}\n`;
}
