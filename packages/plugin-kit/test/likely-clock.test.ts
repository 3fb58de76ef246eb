import { isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { likelyClock, matchColumns, type TimeOptions } from "../src/index.ts";

/** The name of the column that is taken, the message of the refusal, or undefined. */
function found(names: string, rows: readonly string[], options: TimeOptions = {}): string | undefined {
  const columns = names.split(",");
  const matched = matchColumns(columns, { source: "f" });
  const cells = rows.map((row) => row.split(","));
  const texts = (position: number): readonly string[] => cells.map((row) => row[position] ?? "");
  try {
    const likely = likelyClock({ source: "f", names: columns, matched, texts, options });
    return likely && columns[likely.position];
  } catch (error) {
    if (isAtcError(error)) return error.message;
    throw error;
  }
}

describe("a time of day that no alias names", () => {
  it.each([
    ["Date,Time (ET),Close", ["2024-01-02,09:30,1", "2024-01-02,09:31,2"], "Time (ET)"],
    ["date,Time (UTC),close", ["20240102,930,1", "20240102,931,2"], "Time (UTC)"],
    ["timestamp,time,close", ["2024-01-02,09:30,1", "2024-01-02,09:31,2"], "time"],
    ["datetime,time,close", ["2024-01-02 00:00:00,09:30,1", "2024-01-02 00:00:00,09:31,2"], "time"],
    ["timestamp,time,close", ["1704153600,09:30,1", "1704153600,09:31,2"], "time"],
    ["date,hour,close", ["2024-01-02,930,1", "2024-01-02,1000,2"], "hour"],
    ["date,at,close", ["2024-01-02,9:30 AM,1", "2024-01-02,9:31 AM,2"], "at"],
    ["DATE,TIME_M,SYM_ROOT,PRICE,SIZE", ["20240102,9:30:00.123,A,1,1", "20240102,9:30:00.124,A,1,1"], "TIME_M"],
    ["Date,Time (ET),Close", ["2024-01-02,09:30,1"], "Time (ET)"],
  ])("is found: %s", (names, rows, wanted) => {
    expect(found(names, rows)).toBe(wanted);
  });

  it.each([
    ["a date per row", "date,last_trade,close", ["2024-01-02,15:59,1", "2024-01-03,15:59,2"]],
    ["a date per row and symbol", "date,symbol,at,close", ["2024-01-02,A,15:59,1", "2024-01-02,B,15:59,2"]],
    ["times of their own", "timestamp,time,close", ["2024-01-02 09:30,09:30,1", "2024-01-02 09:30,09:30,2"]],
    ["other numbers", "date,timezone,time_value,close", ["2024-01-02,EST,0.4,1", "2024-01-02,EST,0.5,2"]],
    ["a clock by its alias", "date,time,at,close", ["2024-01-02,09:30,09:31,1", "2024-01-02,09:31,09:32,2"]],
  ])("is not looked for beside %s", (_, names, rows) => {
    expect(found(names, rows)).toBeUndefined();
  });

  it("is refused if its numbers are open, and read with the option", () => {
    const rows = ["2024-01-02,9,1", "2024-01-02,10,2"];
    expect(found("date,hour,close", rows)).toContain("--source-option clockDigits=h, which reads 9 as 09:00:00");
    expect(found("date,hour,close", rows, { clockDigits: "h" })).toBe("hour");
  });

  it("is refused if several columns may be it", () => {
    const rows = ["2024-01-02,09:30,09:31,1", "2024-01-02,09:31,09:32,2"];
    expect(found("date,from,up to,close", rows)).toMatch(/give --columns clock=from or --columns 'clock=up to'$/);
  });
});
