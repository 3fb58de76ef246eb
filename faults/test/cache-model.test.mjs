import { rm } from "node:fs/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { startAgents } from "../src/model/agents.js";
import { newFolder } from "../src/new-folder.js";

// ATC_MODEL_RUNS=100 tries more.
const numRuns = Number(process.env["ATC_MODEL_RUNS"] ?? 6);
const processes = 3;
/** A write has about as many calls of `node:fs`. */
const mostCalls = 24;
const keys = ["a", "b/c", "b/d", "v1/00/e"];
const year = 365 * 86_400_000;

const command = (text, run) => ({ check: () => true, toString: () => text, run });

async function answer(agents, place, name, options) {
  const { result, code, message } = await agents.at(place).ask(name, options);
  expect(message).toBeUndefined();
  expect(code).toBeUndefined();
  return result;
}

async function isStored(agents, place, model) {
  for (const key of keys) expect(await answer(agents, place, "get", { key })).toBe(model.get(key)?.hash);
}

const set = (place, key, value) =>
  command(`set(${place}, ${key}, ${value.length} bytes)`, async (model, { agents }) => {
    const hash = await answer(agents, place, "set", { key, value });
    model.set(key, { hash, size: value.length });
  });
const get = (place, key) =>
  command(`get(${place}, ${key})`, async (model, { agents }) => {
    expect(await answer(agents, place, "get", { key })).toBe(model.get(key)?.hash);
  });
const remove = (place, key) =>
  command(`delete(${place}, ${key})`, async (model, { agents }) => {
    expect(await answer(agents, place, "delete", { key })).toBe(model.delete(key));
  });
const list = (place) =>
  command(`list(${place})`, async (model, { agents }) => {
    const sizes = Object.fromEntries([...model].map(([key, { size }]) => [key, size]));
    expect(await answer(agents, place, "list")).toEqual(sizes);
  });
const jump = (place, years) =>
  command(`jump(${place}, ${years} years)`, async (_, { agents }) => {
    await answer(agents, place, "jump", { ms: years * year });
  });
const kill = (place) =>
  command(`kill(${place})`, async (_, { agents }) => {
    await agents.at(place).kill();
    await agents.replace(place);
  });
const setAndKill = (place, key, value, call) =>
  command(`set and kill(${place}, ${key}, at call ${call})`, async (model, { agents }) => {
    const hash = await answer(agents, place, "hash", { value });
    await agents.at(place).askAndKill("set", { key, value }, call);
    await agents.replace(place);
    const found = await answer(agents, (place + 1) % processes, "get", { key });
    expect([model.get(key)?.hash, hash]).toContain(found);
    if (found === hash) model.set(key, { hash, size: value.length });
  });
const stop = (place, key, value, call) =>
  command(`set while another is stopped(${place}, ${key}, at call ${call})`, async (model, { agents }) => {
    const stopped = agents.at(place);
    // It is stopped within its own write, and writes the rest later.
    const { answer: mine } = await stopped.askAndStop("set", { key, value }, call);
    const other = (place + 1) % processes;
    const otherKey = keys[(keys.indexOf(key) + 1) % keys.length];
    const hash = await answer(agents, other, "set", { key: otherKey, value });
    model.set(otherKey, { hash, size: value.length });
    stopped.resume();
    expect((await mine).code).toBeUndefined();
    model.set(key, { hash, size: value.length });
  });

it("a cache of several processes behaves like one Map, whoever is killed or stopped, and whatever clocks say", {
  timeout: 600_000,
}, async () => {
  const place = fc.nat(processes - 1);
  const key = fc.constantFrom(...keys);
  const value = fc.record({ seed: fc.nat(250), length: fc.nat(3000) });
  const commands = fc.commands(
    [
      fc.tuple(place, key, value).map((args) => set(...args)),
      fc.tuple(place, key).map((args) => get(...args)),
      fc.tuple(place, key).map((args) => remove(...args)),
      place.map(list),
      fc.tuple(place, fc.constantFrom(-1, 0, 1)).map((args) => jump(...args)),
      place.map(kill),
      fc.tuple(place, key, value, fc.nat(mostCalls)).map((args) => setAndKill(...args)),
      fc.tuple(place, key, value, fc.nat(mostCalls)).map((args) => stop(...args)),
    ],
    { maxCommands: 40, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const folder = await newFolder();
      const agents = await startAgents(folder, processes);
      const model = new Map();
      try {
        await fc.asyncModelRun(() => ({ model, real: { agents } }), steps);
        for (let one = 0; one < processes; one++) await isStored(agents, one, model);
      } finally {
        await agents.end();
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns, endOnFailure: true },
  );
});
