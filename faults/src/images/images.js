import { createHash } from "node:crypto";
import { generator } from "../generator.js";
import { treeAfter } from "./effects.js";
import { walk } from "./tree.js";

/**
 * Which effects of the first `end` are on the disk for certain: those that a later sync of their file or folder covers.
 * As POSIX says, the sync of a file does not cover its name.
 */
function durableEffects({ effects }, end) {
  const durable = new Set();
  for (let at = 0; at < end; at++) {
    const sync = effects[at];
    if (sync.kind !== "sync") continue;
    for (let index = 0; index < sync.until; index++) {
      const effect = effects[index];
      if (effect.kind === "names" ? effect.changes.some(({ folder }) => folder === sync.id) : effect.id === sync.id)
        durable.add(index);
    }
  }
  return durable;
}

/** Subsets of the first `end` effects that a crash may leave, with a name for each kind of crash. */
function* subsets(trace, end, random) {
  const { effects } = trace;
  const all = Array.from({ length: end }, (_, i) => i).filter((i) => effects[i].kind !== "sync");
  yield { crash: "killed", chosen: all };
  const durable = durableEffects(trace, end);
  const open = all.filter((i) => !durable.has(i));
  if (open.length === 0) return;
  yield { crash: "only what was synced", chosen: all.filter((i) => durable.has(i)) };
  yield { crash: "names without data", chosen: all.filter((i) => durable.has(i) || effects[i].kind !== "data") };
  const data = open.filter((i) => effects[i].kind === "data");
  yield { crash: "torn data", chosen: all, torn: new Set(data) };
  for (const one of open) {
    yield { crash: "one effect missing", chosen: all.filter((i) => i !== one) };
    yield { crash: "one effect alone", chosen: all.filter((i) => durable.has(i) || i === one) };
  }
  for (let i = 0; i < 4; i++)
    yield { crash: "some effects", chosen: all.filter((one) => durable.has(one) || random.below(2) === 1) };
}

function hashOf(tree) {
  const hash = createHash("sha1");
  walk(tree, (path, { type, mode, bytes }) => {
    hash.update(`${path}\0${type}\0${mode}\0${bytes?.length ?? 0}\0`);
    if (bytes !== undefined) hash.update(bytes);
  });
  return hash.digest("hex");
}

/**
 * The different trees that a crash may leave, after each effect and at the end. `isComplete` marks those after all of
 * the operation.
 *
 * @param {import("./tree.js").Tree} start
 * @param {import("./effects.js").Trace} trace
 * @param {number} seed
 */
export function* imagesOf(start, trace, seed) {
  const seen = new Set();
  const random = generator(seed);
  const last = trace.effects.length;
  // From the end, so that an image that the complete operation may leave is not counted as an earlier one.
  for (let end = last; end >= 0; end--) {
    for (const { crash, chosen, torn } of subsets(trace, end, random)) {
      const tree = treeAfter(start, trace, chosen, torn);
      const hash = hashOf(tree);
      if (seen.has(hash)) continue;
      seen.add(hash);
      yield { tree, crash, end, isComplete: end === last };
    }
  }
}
