import { cp, rm } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { startAgent, startAgents } from "../src/model/agents.js";
import { newFolder } from "../src/new-folder.js";

const numRuns = Number(process.env["ATC_MODEL_RUNS"] ?? 2);
const processes = 3;
/** A sweep has about as many calls of `node:fs`. */
const mostCalls = 330;
const year = 365 * 86_400_000;

/** Searches that overlap: the values of an axis. Another axis has two. */
const searches = [[10, 20, 30, 40], [30, 40, 50], [20, 40, 60, 80, 100], [10], [50, 60, 70], [90, 100]];
const stops = 2;

const command = (text, run) => ({ check: () => true, toString: () => text, run });

/** A folder with the data and no cache, and what each search gives there. */
let quiet;
async function quietly() {
  quiet ??= (async () => {
    const folder = await newFolder();
    const agent = await startAgent(folder, { subject: "sweeps" });
    await agent.ask("prepare", {});
    const found = new Map();
    for (const lengths of searches) {
      const { result, message } = await agent.ask("sweep", { lengths, table: "table.csv", cache: false });
      expect(message).toBeUndefined();
      expect(result).toMatchObject({ evaluations: stops * lengths.length, cached: 0 });
      found.set(lengths, result.hash);
    }
    await agent.kill();
    return { folder, found };
  })();
  return await quiet;
}
afterAll(async () => {
  if (quiet !== undefined) await rm((await quiet).folder, { recursive: true, force: true });
});

/**
 * The model: the values whose configurations a finished sweep has stored, and those that a killed one may have.
 *
 * @typedef {{ stored: Set<number>, possible: Set<number> }} Model
 */

const optionsOf = (place, lengths) => ({ lengths, table: `table-${place}.csv` });
const countOf = (lengths, known) => stops * lengths.filter((one) => known.has(one)).length;

/** The answer of a sweep that began with what `before` knows. `others` are searches that ran meanwhile. */
async function check({ result, message }, lengths, before, others = []) {
  expect(message).toBeUndefined();
  const { found } = await quietly();
  const { hash, evaluations, computed, cached } = result;
  expect(hash).toBe(found.get(lengths));
  expect(evaluations).toBe(stops * lengths.length);
  expect(computed + cached).toBe(evaluations);
  // Nothing that is stored is lost, and nothing is found that no sweep has computed.
  expect(cached).toBeGreaterThanOrEqual(countOf(lengths, before.stored));
  expect(cached).toBeLessThanOrEqual(
    countOf(lengths, new Set([...before.stored, ...before.possible, ...others.flat()])),
  );
}

const copyOf = ({ stored, possible }) => ({ stored: new Set(stored), possible: new Set(possible) });
const keep = (known, lengths) => {
  for (const one of lengths) known.add(one);
};

const sweep = (place, lengths) =>
  command(`sweep(${place}, ${lengths})`, async (model, { agents }) => {
    await check(await agents.at(place).ask("sweep", optionsOf(place, lengths)), lengths, model);
    keep(model.stored, lengths);
  });
const sweepTogether = (chosen) =>
  command(`sweeps at once(${chosen.join("; ")})`, async (model, { agents }) => {
    const before = copyOf(model);
    const asked = chosen.map((lengths, place) => agents.at(place).ask("sweep", optionsOf(place, lengths)));
    for (const [place, answer] of asked.entries()) await check(await answer, chosen[place], before, chosen);
    keep(model.stored, chosen.flat());
  });
const sweepAndKill = (place, lengths, call) =>
  command(`sweep and kill(${place}, ${lengths}, at call ${call})`, async (model, { agents }) => {
    await agents.at(place).askAndKill("sweep", optionsOf(place, lengths), call);
    await agents.replace(place);
    keep(model.possible, lengths);
  });
const stop = (place, lengths, call, other) =>
  command(`sweep ${other} while another is stopped(${place}, ${lengths}, at call ${call})`, async (model, real) => {
    const { agents } = real;
    const before = copyOf(model);
    const stopped = agents.at(place);
    const { answer } = await stopped.askAndStop("sweep", optionsOf(place, lengths), call);
    const next = (place + 1) % processes;
    await check(await agents.at(next).ask("sweep", optionsOf(next, other)), other, before, [lengths]);
    stopped.resume();
    await check(await answer, lengths, before, [other]);
    keep(model.stored, [...lengths, ...other]);
  });
const jump = (place, years) =>
  command(`jump(${place}, ${years} years)`, async (_, { agents }) => {
    await agents.at(place).ask("jump", { ms: years * year });
  });

it("sweeps of several processes give the table of a quiet one and lose no unit, whoever is killed or stopped", {
  timeout: 3_600_000,
}, async () => {
  const { folder: prepared } = await quietly();
  const place = fc.nat(processes - 1);
  const lengths = fc.constantFrom(...searches);
  const call = fc.nat(mostCalls);
  const commands = fc.commands(
    [
      fc.tuple(place, lengths).map((args) => sweep(...args)),
      fc.tuple(lengths, lengths, lengths).map(sweepTogether),
      fc.tuple(place, lengths, call).map((args) => sweepAndKill(...args)),
      fc.tuple(place, lengths, call, lengths).map((args) => stop(...args)),
      fc.tuple(place, fc.constantFrom(-1, 0, 1)).map((args) => jump(...args)),
    ],
    { maxCommands: 16, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const folder = await newFolder();
      await cp(prepared, folder, { recursive: true });
      const agents = await startAgents(folder, processes, { subject: "sweeps" });
      const model = { stored: new Set(), possible: new Set() };
      try {
        await fc.asyncModelRun(() => ({ model, real: { agents } }), steps);
        for (const one of searches) await sweep(0, one).run(model, { agents });
      } finally {
        await agents.end();
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns, endOnFailure: true },
  );
});
