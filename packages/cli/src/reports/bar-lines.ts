import type { DatasetManifest } from "@atc/contract";

/** A time of day in ms since midnight, such as 09:30. */
function clock(ms: unknown): string {
  if (ms === 86_400_000) return "24:00";
  return new Date(Number(ms)).toISOString().slice(11, Number(ms) % 60_000 === 0 ? 16 : 19);
}

/** Which columns of the file the first reading took, and what its times were; empty if the source does not say. */
export function originLines({ attributes: { columnOrigins } }: DatasetManifest): readonly string[] {
  const texts = Array.isArray(columnOrigins) ? columnOrigins.filter((one) => typeof one === "string") : [];
  return texts.length === 0 ? [] : [`read ${texts.join(", ")}`];
}

/** The columns of a dataset with their types. */
export function columnsLine({ schema: { columns }, timeIs }: DatasetManifest): string {
  // Of dates, `barLines` says so.
  const times = timeIs === "date" ? "" : "; times are stored in UTC";
  return `columns: ${columns.map(({ name, type }) => `${name} ${type}`).join(", ")}${times}`;
}

/** How the bars of a dataset were made and what their times are; empty for other datasets of instants. */
export function barLines({ attributes, timeIs }: DatasetManifest): readonly string[] {
  const made = attributes["resample"];
  const dates = timeIs === "date" ? ["times are calendar dates"] : [];
  if (typeof made !== "object" || made === null || !("to" in made)) return dates;
  const { to, timeZone, session, label, stamps, columns } = made as Readonly<Record<string, unknown>>;
  const hours =
    typeof session === "object" && session !== null && "start" in session && "end" in session
      ? `, session ${clock(session.start)}-${clock(session.end)}`
      : "";
  const zone = typeof timeZone === "string" ? `, zone ${timeZone}` : "";
  const ends = stamps === "end" ? ", from times that are ends of bars" : "";
  const others = Object.entries(typeof columns === "object" && columns !== null ? columns : {});
  const aggregated = others.map(([name, how]) => `${name}=${String(how)}`).join(", ");
  return [
    `bars of ${String(to)}${zone}${hours}, label ${String(label)}${ends}`,
    ...(others.length === 0 ? [] : [`other columns: ${aggregated} (--aggregate changes it)`]),
    ...dates,
  ];
}
