import { rm } from "node:fs/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { startAgents } from "../src/model/agents.js";
import { newFolder } from "../src/new-folder.js";

const numRuns = Number(process.env["ATC_MODEL_RUNS"] ?? 6);
const processes = 3;
/** A write has about as many calls of `node:fs`. */
const mostCalls = 120;
const year = 365 * 86_400_000;

/**
 * The model: the seed of each row of A, the seeds of B and C with their rows, and the process that holds the lock.
 *
 * @typedef {{ rows: Map<string, number[]>, holder: number | undefined }} Model
 */

function contentOf({ rows }) {
  if (rows.size === 0) return "absent";
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([symbol, seeds]) => {
      const spans = seeds.flatMap((seed, row) => (seed === seeds[row - 1] ? [] : [`${row}/${seed}`]));
      return `${symbol}:${seeds.length} rows of ${spans.join(", ")}`;
    })
    .join(" ");
}

const seedsOf = (length, seed) => new Array(length).fill(seed);
const created = (rows, seed) =>
  new Map([
    ["A", seedsOf(rows, seed)],
    ["B", seedsOf(3, seed)],
  ]);

/** A writing command: its name, its options, and the rows after it; undefined if it cannot be done. */
const writes = {
  create: (_, { rows, seed }) => ({ name: "create", options: { rows, seed }, after: created(rows, seed) }),
  append(model, { rows, seed }) {
    const a = model.rows.get("A");
    if (a === undefined) return undefined;
    const dropped = Math.min(a.length, rows >> 1);
    const after = new Map(model.rows).set("A", [...a.slice(0, a.length - dropped), ...seedsOf(rows, seed)]);
    return {
      name: "append",
      options: { length: a.length, dropped, rows, seed },
      after: after.set("C", seedsOf(2, seed)),
    };
  },
  compact: (model) => (model.rows.size === 0 ? undefined : { name: "compact", options: {}, after: model.rows }),
  remove: (model) => (model.rows.size === 0 ? undefined : { name: "remove", options: {}, after: new Map() }),
};

const command = (text, run) => ({ check: () => true, toString: () => text, run });

const write = (place, kind, given) =>
  command(`${kind}(${place}, ${JSON.stringify(given)})`, async (model, { agents }) => {
    const step = writes[kind](model, given);
    if (step === undefined) return;
    const { code, message } = await agents.at(place).ask(step.name, step.options);
    // A holder that has the lock does not have it twice.
    expect({ code, message: model.holder === undefined ? message : undefined }).toEqual({
      code: model.holder === undefined ? undefined : "ATC_LOCKED",
      message: undefined,
    });
    if (model.holder === undefined) model.rows = step.after;
  });
const writeAndKill = (place, kind, given, call) =>
  command(`${kind} and kill(${place}, ${JSON.stringify(given)}, at call ${call})`, async (model, { agents }) => {
    const step = writes[kind](model, given);
    if (step === undefined) return;
    await agents.at(place).askAndKill(step.name, step.options, call);
    await agents.replace(place);
    const wasFree = model.holder === undefined;
    if (model.holder === place) model.holder = undefined;
    const { result } = await agents.at((place + 1) % processes).ask("content");
    const after = contentOf({ rows: step.after });
    expect(wasFree ? [contentOf(model), after] : [contentOf(model)]).toContain(result);
    if (result === after) model.rows = step.after;
  });
const read = (place) =>
  command(`read(${place})`, async (model, { agents }) => {
    expect(await agents.at(place).ask("content")).toEqual({ result: contentOf(model) });
  });
const hold = (place) =>
  command(`hold(${place})`, async (model, { agents }) => {
    const { code } = await agents.at(place).ask("hold");
    expect(code).toBe(model.holder === undefined ? undefined : "ATC_LOCKED");
    model.holder ??= place;
  });
const release = () =>
  command("release", async (model, { agents }) => {
    if (model.holder === undefined) return;
    await agents.at(model.holder).ask("release");
    model.holder = undefined;
  });
const stopHolder = (ends) =>
  command(`stop the holder, then ${ends ? "kill" : "resume"} it`, async (model, { agents }) => {
    const { holder } = model;
    if (holder === undefined) return;
    const agent = agents.at(holder);
    agent.stop();
    const other = agents.at((holder + 1) % processes);
    expect((await other.ask("hold")).code).toBe("ATC_LOCKED");
    expect(await other.ask("content")).toEqual({ result: contentOf(model) });
    if (!ends) {
      agent.resume();
      return;
    }
    await agent.kill();
    await agents.replace(holder);
    model.holder = undefined;
    expect((await other.ask("hold")).code).toBeUndefined();
    await other.ask("release");
  });
const jump = (place, years) =>
  command(`jump(${place}, ${years} years)`, async (_, { agents }) => {
    await agents.at(place).ask("jump", { ms: years * year });
  });

it("a store of several processes behaves like one array, whoever is killed or stopped, and whatever clocks say", {
  timeout: 600_000,
}, async () => {
  const place = fc.nat(processes - 1);
  const given = fc.record({ rows: fc.integer({ min: 1, max: 1500 }), seed: fc.integer({ min: 1, max: 7 }) });
  const kind = fc.constantFrom("create", "append", "append", "append", "compact", "remove");
  const commands = fc.commands(
    [
      fc.tuple(place, kind, given).map((args) => write(...args)),
      fc.tuple(place, kind, given).map((args) => write(...args)),
      fc.tuple(place, kind, given, fc.nat(mostCalls)).map((args) => writeAndKill(...args)),
      place.map(read),
      place.map(hold),
      fc.constant(release()),
      fc.boolean().map(stopHolder),
      fc.tuple(place, fc.constantFrom(-1, 0, 1)).map((args) => jump(...args)),
    ],
    { maxCommands: 40, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const folder = await newFolder();
      const agents = await startAgents(folder, processes);
      const model = { rows: new Map(), holder: undefined };
      try {
        await fc.asyncModelRun(() => ({ model, real: { agents } }), steps);
        expect(await agents.at(0).ask("content")).toEqual({ result: contentOf(model) });
      } finally {
        await agents.end();
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns, endOnFailure: true },
  );
});
