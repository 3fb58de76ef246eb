import { rm } from "node:fs/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { startAgents } from "../src/model/agents.js";
import { newFolder } from "../src/new-folder.js";

const numRuns = Number(process.env["ATC_MODEL_RUNS"] ?? 3);
const processes = 3;
/** A save has about as many calls of `node:fs`. */
const mostCalls = 45;
const minute = 60_000;
const year = 365 * 86_400_000;
const start = Date.UTC(2026, 0, 2);

const command = (text, run) => ({ check: () => true, toString: () => text, run });

async function answer(agents, place, name, options) {
  const { result, code, message } = await agents.at(place).ask(name, options);
  expect({ code, message }).toEqual({ code: undefined, message: undefined });
  return result;
}

/** The model: what each run holds, by its name. */
const newestFirst = (model) => [...model].sort(([a], [b]) => (a < b ? 1 : -1));
const nameAt = (model, at) => newestFirst(model)[at % model.size]?.[0];
const digestPart = (id) => id.slice("YYYYMMDD-hhmmssmmm-".length);
const givenRun = ({ fee, seed, at }) => ({ fee, seed, createdAt: start + at * minute });

async function store(model, agents, place, given) {
  const { id, inputDigest } = await answer(agents, place, "save", givenRun(given));
  expect(model.has(id)).toBe(false);
  model.set(id, { text: await answer(agents, place, "text", given), inputDigest });
}

async function listed(agents, place) {
  return new Map(await answer(agents, place, "list"));
}

async function isStored(model, agents, place) {
  const expected = newestFirst(model).map(([id, { text }]) => [id, text]);
  expect(await answer(agents, place, "list")).toEqual(expected);
}

/** The runs that a prune removes, the newest first. `at` is the minute that ages count from. */
function prunedOf(model, { keep, olderThan, at }) {
  const ids = newestFirst(model).map(([id]) => id);
  const timeOf = (id) => (Number(id.slice(9, 11)) * 60 + Number(id.slice(11, 13))) * minute + start;
  return ids.filter(
    (id, place) =>
      (keep !== undefined && place >= keep) ||
      (olderThan !== undefined && start + at * minute - timeOf(id) > olderThan * minute),
  );
}

function pruneOptions({ keep, olderThan, at }) {
  return { keep, maxAge: olderThan === undefined ? undefined : olderThan * minute, now: start + at * minute };
}

const save = (place, given) =>
  command(`save(${place}, ${JSON.stringify(given)})`, (model, { agents }) => store(model, agents, place, given));
const saveTogether = (given) =>
  command(`save in all(${JSON.stringify(given)})`, async (model, { agents }) => {
    const places = Array.from({ length: processes }, (_, place) => place);
    await Promise.all(places.map((place) => store(model, agents, place, given)));
  });
const list = (place) => command(`list(${place})`, (model, { agents }) => isStored(model, agents, place));
const open = (place, at, how) =>
  command(`open(${place}, ${at}, ${how})`, async (model, { agents }) => {
    const id = how === "latest" ? nameAt(model, 0) : nameAt(model, at);
    if (id === undefined) {
      expect((await agents.at(place).ask("open", { name: "latest" })).code).toBe("ATC_NOT_FOUND");
      return;
    }
    const name = { latest: "latest", name: id, "last part": digestPart(id) }[how];
    const others = [...model.keys()].filter((one) => one !== id && digestPart(one).startsWith(name));
    const found = await agents.at(place).ask("open", { name });
    if (others.length > 0) expect(found.code).toBe("ATC_INVALID_ARGUMENT");
    else expect(found).toEqual({ result: model.get(id).text });
  });
const find = (place, at) =>
  command(`find(${place}, ${at})`, async (model, { agents }) => {
    const { inputDigest } = model.get(nameAt(model, at)) ?? { inputDigest: "0".repeat(64) };
    const [newest] = newestFirst(model).find(([, run]) => run.inputDigest === inputDigest) ?? [];
    expect(await answer(agents, place, "find", { digest: inputDigest })).toBe(newest);
  });
const remove = (place, at) =>
  command(`remove(${place}, ${at})`, async (model, { agents }) => {
    const name = nameAt(model, at);
    if (name === undefined) return;
    expect(await answer(agents, place, "remove", { name })).toBe(name);
    model.delete(name);
  });
const prune = (place, given) =>
  command(`prune(${place}, ${JSON.stringify(given)})`, async (model, { agents }) => {
    const pruned = prunedOf(model, given);
    expect(await answer(agents, place, "prune", pruneOptions(given))).toEqual(pruned);
    for (const id of pruned) model.delete(id);
  });
const kill = (place) =>
  command(`kill(${place})`, async (_, { agents }) => {
    await agents.at(place).kill();
    await agents.replace(place);
  });
const saveAndKill = (place, given, call) =>
  command(`save and kill(${place}, ${JSON.stringify(given)}, at call ${call})`, async (model, { agents }) => {
    const text = await answer(agents, place, "text", given);
    await agents.at(place).askAndKill("save", givenRun(given), call);
    await agents.replace(place);
    const found = await listed(agents, (place + 1) % processes);
    for (const [id, stored] of found) {
      if (model.has(id)) continue;
      expect(stored).toBe(text);
      // The process that knew its digest is dead, so that of the same inputs must do.
      const { id: twin, inputDigest } = await answer(agents, place, "save", givenRun(given));
      model.set(id, { text, inputDigest });
      model.set(twin, { text, inputDigest });
      break;
    }
    await isStored(model, agents, (place + 1) % processes);
  });
const removeAndKill = (place, at, call) =>
  command(`remove and kill(${place}, ${at}, at call ${call})`, async (model, { agents }) => {
    const name = nameAt(model, at);
    if (name === undefined) return;
    await agents.at(place).askAndKill("remove", { name }, call);
    await agents.replace(place);
    const other = (place + 1) % processes;
    if (!(await listed(agents, other)).has(name)) model.delete(name);
    await isStored(model, agents, other);
  });
const pruneAndKill = (place, given, call) =>
  command(`prune and kill(${place}, ${JSON.stringify(given)}, at call ${call})`, async (model, { agents }) => {
    const pruned = prunedOf(model, given);
    await agents.at(place).askAndKill("prune", pruneOptions(given), call);
    await agents.replace(place);
    const other = (place + 1) % processes;
    const found = await listed(agents, other);
    // Runs are removed one after the other, the newest first.
    for (const id of pruned) {
      if (found.has(id)) break;
      model.delete(id);
    }
    await isStored(model, agents, other);
  });
const stop = (place, given, call) =>
  command(
    `save while another is stopped(${place}, ${JSON.stringify(given)}, at call ${call})`,
    async (model, { agents }) => {
      const stopped = agents.at(place);
      const text = await answer(agents, place, "text", given);
      const { answer: mine } = await stopped.askAndStop("save", givenRun(given), call);
      const other = (place + 1) % processes;
      // Both remove what dead processes left.
      const { id, inputDigest } = await answer(agents, other, "save", givenRun(given));
      model.set(id, { text, inputDigest });
      const twins = [...model].filter(([, run]) => run.inputDigest === inputDigest).length;
      expect(await answer(agents, (place + 2) % processes, "prune", { keep: 1000 })).toEqual([]);
      stopped.resume();
      const { result, message } = await mine;
      expect(message).toBeUndefined();
      expect(twins).toBeGreaterThan(0);
      model.set(result.id, { text, inputDigest });
    },
  );
const jump = (place, years) =>
  command(`jump(${place}, ${years} years)`, async (_, { agents }) => {
    await answer(agents, place, "jump", { ms: years * year });
  });

it("stored runs of several processes are like one Map, whoever is killed or stopped, and whatever clocks say", {
  timeout: 600_000,
}, async () => {
  const place = fc.nat(processes - 1);
  // Few of each, so that runs of the same inputs have the same time.
  const given = fc.record({ fee: fc.nat(2), seed: fc.nat(250), at: fc.nat(90) });
  const at = fc.nat(20);
  const call = fc.nat(mostCalls);
  const age = fc.record({ olderThan: fc.nat(90), at: fc.nat(90) });
  const limits = fc.oneof(
    fc.record({ keep: fc.nat(6), at: fc.nat(90) }),
    age,
    fc.record({ keep: fc.nat(6), olderThan: fc.nat(90), at: fc.nat(90) }),
  );
  const commands = fc.commands(
    [
      fc.tuple(place, given).map((args) => save(...args)),
      fc.tuple(place, given).map((args) => save(...args)),
      given.map(saveTogether),
      place.map(list),
      fc.tuple(place, at, fc.constantFrom("latest", "name", "last part")).map((args) => open(...args)),
      fc.tuple(place, at).map((args) => find(...args)),
      fc.tuple(place, at).map((args) => remove(...args)),
      fc.tuple(place, limits).map((args) => prune(...args)),
      place.map(kill),
      fc.tuple(place, given, call).map((args) => saveAndKill(...args)),
      fc.tuple(place, at, call).map((args) => removeAndKill(...args)),
      fc.tuple(place, limits, call).map((args) => pruneAndKill(...args)),
      fc.tuple(place, given, call).map((args) => stop(...args)),
      fc.tuple(place, fc.constantFrom(-1, 0, 1)).map((args) => jump(...args)),
    ],
    { maxCommands: 40, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const folder = await newFolder();
      const agents = await startAgents(folder, processes, { subject: "runs" });
      const model = new Map();
      try {
        await fc.asyncModelRun(() => ({ model, real: { agents } }), steps);
        for (let one = 0; one < processes; one++) await isStored(model, agents, one);
      } finally {
        await agents.end();
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns, endOnFailure: true },
  );
});
