import { isAtcError } from "@atc/contract";
import { describe, expect, it } from "vitest";
import { detectTimes, type TimeOptions, timeAdvice } from "../src/index.ts";

function refusal(dates: readonly string[], options: TimeOptions = {}): string {
  try {
    detectTimes({ source: "f", dates, options });
  } catch (error) {
    if (isAtcError(error)) return error.message;
    throw error;
  }
  return "";
}

const dmy = "--source-option dateOrder=dmy";
const mdy = "--source-option dateOrder=mdy";

describe("the refusal of dates whose order is not given", () => {
  it.each([
    [["04/19/2022", "04/20/2022", "05/02/2022"], [mdy], [dmy]],
    [["19/04/2022", "02.05.2022"], [dmy], [mdy]],
    [["01/02/2022", "03/04/2022"], [dmy, mdy], []],
    [["04/20/2022 09:30", "04/02/2022 09:30"], [mdy], [dmy]],
  ])("%j names what the rows show", (dates, named, others) => {
    const message = refusal(dates);
    for (const option of named) expect(message).toContain(option);
    for (const option of others) expect(message).not.toContain(option);
  });

  it("names the order of most if the rows are mixed, and how many do not fit", () => {
    const message = refusal(["04/20/2022", "04/21/2022", "22/04/2022"]);
    expect(message).toContain(`${mdy}, by which 1 of the first 3`);
    expect(message).toContain('"22/04/2022" is day/month/year');
  });
});

it("refuses an order that most rows contradict, and names the other", () => {
  expect(refusal(["04/20/2022", "01/02/2022"], { dateOrder: "dmy" })).toContain(`is dmy; give ${mdy}`);
  expect(refusal(["20/04/2022", "01/02/2022"], { dateOrder: "mdy" })).toContain(`is mdy; give ${dmy}`);
  expect(refusal(["04/20/2022", "01/02/2022"], { dateOrder: "mdy" })).toBe("");
  expect(refusal(["01/02/2022"], { dateOrder: "mdy" })).toBe("");
});

it.each(["04/20/22", "20.04.22", "22-04-20"])("refuses years of two digits and says so: %s", (text) => {
  expect(refusal([text])).toContain("years of two digits");
  expect(refusal([text], { dateOrder: "mdy" })).toContain("strptime");
  expect(refusal([text])).not.toContain("bad-rows");
});

it("refuses times none of which can be read, naming what is read", () => {
  const message = refusal(["the first", "the second"]);
  expect(message).toContain('"the first"');
  expect(message).toContain("strptime");
  expect(message).not.toContain("bad-rows");
  expect(refusal(["the first", "2024-01-02"])).toBe("");
});

describe("the advice on a date that does not fit", () => {
  const layout = (dates: readonly string[], options: TimeOptions = {}) => detectTimes({ source: "f", dates, options });

  it("names the other order if the text fits it", () => {
    const given = layout(["01/02/2022"], { dateOrder: "dmy" });
    expect(timeAdvice("04/20/2022", given)).toContain(mdy);
    expect(timeAdvice("40/20/2022", given)).toBe("");
  });

  it("names what the text can be among ISO dates", () => {
    const iso = layout(["2022-01-02"]);
    expect(timeAdvice("04/20/2022", iso)).toContain(mdy);
    expect(timeAdvice("04/20/2022", iso)).not.toContain(dmy);
    expect(timeAdvice("20/04/2022", iso)).not.toContain(mdy);
    for (const option of [dmy, mdy]) expect(timeAdvice("01/02/2022", iso)).toContain(option);
    expect(timeAdvice("01/02/22", iso)).toContain("all four");
  });
});

it.each([
  ["mdy", "month/day/year"],
  ["dmy", "day/month/year"],
] as const)("a note says that dates were read by %s", (dateOrder, words) => {
  for (const dates of [["01/02/2022"], ["2022-01-02"], ["01/02/2022 09:30"]])
    expect(detectTimes({ source: "f", dates, options: { dateOrder } }).timeNotes).toContain(
      `dates were read as ${words} (dateOrder=${dateOrder})`,
    );
});
