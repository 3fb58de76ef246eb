import { rm } from "node:fs/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { startAgents } from "../src/model/agents.js";
import { newFolder } from "../src/new-folder.js";

const numRuns = Number(process.env["ATC_MODEL_RUNS"] ?? 4);
const processes = 3;
/** An acquisition has about as many calls of `node:fs`. */
const mostCalls = 16;
const keys = ["a", "b/c"];
const hour = 3_600_000;
const year = 365 * 24 * hour;
const all = Array.from({ length: processes }, (_, place) => place);

/**
 * The model: the process that holds the lease of each key, and the lock of a dataset. The lease of a killed process ends
 * after its time only. `isOld` has the keys of leases that are older than that.
 *
 * @typedef {{ holders: Map<string, number | "dead">, isOld: Set<string>, lock: number | undefined }} Model
 */

const command = (text, run) => ({ check: () => true, toString: () => text, run });

async function answer(agents, place, name, options) {
  const { result, code, message } = await agents.at(place).ask(name, options);
  expect({ code, message }).toEqual({ code: undefined, message: undefined });
  return result;
}

const isFree = ({ holders, isOld }, key) => !holders.has(key) || isOld.has(key);

function take(model, key, place) {
  model.holders.set(key, place);
  model.isOld.delete(key);
}

/** Exactly the holder can renew, and a renewal makes its lease young. */
async function checkHolders(model, agents) {
  for (const key of keys)
    for (const place of all) {
      const isHeld = await answer(agents, place, "renew", { key });
      expect({ key, place, isHeld }).toEqual({ key, place, isHeld: model.holders.get(key) === place });
      if (isHeld) model.isOld.delete(key);
    }
}

const acquire = (place, key) =>
  command(`acquire(${place}, ${key})`, async (model, { agents }) => {
    const free = isFree(model, key);
    expect(await answer(agents, place, "acquire", { key })).toBe(free);
    if (free) take(model, key, place);
  });
const acquireTogether = (key) =>
  command(`acquire in all(${key})`, async (model, { agents }) => {
    const free = isFree(model, key);
    const acquired = await Promise.all(all.map((place) => answer(agents, place, "acquire", { key })));
    expect(acquired.filter(Boolean)).toHaveLength(free ? 1 : 0);
    if (free) take(model, key, acquired.indexOf(true));
    await checkHolders(model, agents);
  });
/** The holder renews while others try to acquire: it has the lease, or exactly one of them. */
const renewTogether = (key) =>
  command(`renew while all acquire(${key})`, async (model, { agents }) => {
    const holder = model.holders.get(key);
    if (holder === undefined || holder === "dead") return;
    const others = all.filter((place) => place !== holder);
    const [renewed, ...acquired] = await Promise.all([
      answer(agents, holder, "renew", { key }),
      ...others.map((place) => answer(agents, place, "acquire", { key })),
    ]);
    expect([renewed, ...acquired].filter(Boolean)).toHaveLength(1);
    if (!model.isOld.has(key)) expect(renewed).toBe(true);
    take(model, key, renewed ? holder : others[acquired.indexOf(true)]);
    await checkHolders(model, agents);
  });
const renew = () => command("renew all", (model, { agents }) => checkHolders(model, agents));
const release = (place, key) =>
  command(`release(${place}, ${key})`, async (model, { agents }) => {
    await answer(agents, place, "release", { key });
    if (model.holders.get(key) !== place) return;
    model.holders.delete(key);
    model.isOld.delete(key);
  });
const age = (ms) =>
  command(`all leases are ${ms / hour} hours older`, async (model, { agents }) => {
    await answer(agents, 0, "age", { ms });
    for (const key of model.holders.keys()) model.isOld.add(key);
  });

/** What holds after a process died. */
function bury(model, place) {
  for (const [key, holder] of model.holders) if (holder === place) model.holders.set(key, "dead");
  if (model.lock === place) model.lock = undefined;
}

const kill = (place) =>
  command(`kill(${place})`, async (model, { agents }) => {
    await agents.at(place).kill();
    await agents.replace(place);
    bury(model, place);
  });
const acquireAndKill = (place, key, call) =>
  command(`acquire and kill(${place}, ${key}, at call ${call})`, async (model, { agents }) => {
    const free = isFree(model, key);
    await agents.at(place).askAndKill("acquire", { key }, call);
    await agents.replace(place);
    bury(model, place);
    if (!free) return;
    const other = (place + 1) % processes;
    // It has the lease, has removed the expired one, or neither.
    take(model, key, (await answer(agents, other, "acquire", { key })) ? other : "dead");
    await checkHolders(model, agents);
  });
const stop = (place, key, call) =>
  command(`acquire while another is stopped(${place}, ${key}, at call ${call})`, async (model, { agents }) => {
    const free = isFree(model, key);
    const others = all.filter((one) => one !== place);
    const stopped = agents.at(place);
    const { answer: mine } = await stopped.askAndStop("acquire", { key }, call);
    const acquired = await Promise.all(others.map((one) => answer(agents, one, "acquire", { key })));
    stopped.resume();
    const { result, message } = await mine;
    expect(message).toBeUndefined();
    expect([result, ...acquired].filter(Boolean)).toHaveLength(free ? 1 : 0);
    if (free) take(model, key, result ? place : others[acquired.indexOf(true)]);
    await checkHolders(model, agents);
  });
/** A holder that is stopped for longer than its lease loses it, and knows that when it continues. */
const stopHolder = (key, action) =>
  command(`the lease passes on while its holder is stopped before it may ${action}(${key})`, async (model, real) => {
    const { agents } = real;
    const holder = model.holders.get(key);
    if (holder === undefined || holder === "dead") return;
    const stopped = agents.at(holder);
    stopped.stop();
    const other = (holder + 1) % processes;
    await age(2 * hour).run(model, { agents: { ...agents, at: () => agents.at(other) } });
    expect(await answer(agents, other, "acquire", { key })).toBe(true);
    take(model, key, other);
    stopped.resume();
    if (action === "release") await answer(agents, holder, "release", { key });
    await checkHolders(model, agents);
  });
const jump = (place, years) =>
  command(`jump(${place}, ${years} years)`, async (_, { agents }) => {
    await answer(agents, place, "jump", { ms: years * year });
  });

const lock = (place) =>
  command(`lock(${place})`, async (model, { agents }) => {
    const { code } = await agents.at(place).ask("lock");
    expect(code).toBe(model.lock === undefined ? undefined : "ATC_LOCKED");
    model.lock ??= place;
  });
const lockTogether = () =>
  command("lock in all", async (model, { agents }) => {
    const answers = await Promise.all(all.map((place) => agents.at(place).ask("lock")));
    const locked = all.filter((place) => answers[place].code === undefined);
    expect(locked).toHaveLength(model.lock === undefined ? 1 : 0);
    for (const { code } of answers) expect([undefined, "ATC_LOCKED"]).toContain(code);
    model.lock ??= locked[0];
  });
const unlock = () =>
  command("unlock", async (model, { agents }) => {
    if (model.lock === undefined) return;
    await answer(agents, model.lock, "unlock");
    model.lock = undefined;
  });
/** The system gives the id of a killed holder to another process, which began at another time. */
const reuseId = () =>
  command("kill the holder of the lock, whose id another process gets", async (model, { agents }) => {
    const { lock: holder } = model;
    if (holder === undefined) return;
    await agents.at(holder).kill();
    await agents.replace(holder);
    bury(model, holder);
    const other = (holder + 1) % processes;
    await answer(agents, other, "reuse", { pid: agents.at(holder).pid });
    await answer(agents, other, "lock");
    await answer(agents, other, "unlock");
  });

it("leases and locks have one holder, whoever is killed or stopped, and whatever clocks say", {
  timeout: 3_600_000,
}, async () => {
  const place = fc.nat(processes - 1);
  const key = fc.constantFrom(...keys);
  const call = fc.nat(mostCalls);
  const commands = fc.commands(
    [
      fc.tuple(place, key).map((args) => acquire(...args)),
      fc.tuple(place, key).map((args) => acquire(...args)),
      key.map(acquireTogether),
      key.map(renewTogether),
      fc.constant(renew()),
      fc.tuple(place, key).map((args) => release(...args)),
      // From the future, too: a clock of the system was set back.
      fc.constantFrom(2 * hour, -2 * hour).map(age),
      place.map(kill),
      fc.tuple(place, key, call).map((args) => acquireAndKill(...args)),
      fc.tuple(place, key, call).map((args) => stop(...args)),
      fc.tuple(key, fc.constantFrom("renew", "release")).map((args) => stopHolder(...args)),
      fc.tuple(place, fc.constantFrom(-1, 0, 1)).map((args) => jump(...args)),
      place.map(lock),
      fc.constant(lockTogether()),
      fc.constant(unlock()),
      fc.constant(reuseId()),
    ],
    { maxCommands: 40, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const folder = await newFolder();
      const agents = await startAgents(folder, processes, { subject: "leases" });
      const model = { holders: new Map(), isOld: new Set(), lock: undefined };
      try {
        await fc.asyncModelRun(() => ({ model, real: { agents } }), steps);
        await checkHolders(model, agents);
        await agents.at(0).kill();
        await agents.replace(0);
        expect(await answer(agents, 0, "leftovers")).toEqual([]);
      } finally {
        await agents.end();
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns, endOnFailure: true },
  );
});
