import { copyOf } from "./tree.js";

/**
 * One change of the disk that happens wholly or not at all, apart from torn data. `names` of a rename is one effect.
 *
 * @typedef {{ readonly kind: "data", readonly id: string, readonly offset: number, readonly bytes: Buffer }
 *   | { readonly kind: "size", readonly id: string, readonly size: number }
 *   | { readonly kind: "mode", readonly id: string, readonly mode: number }
 *   | { readonly kind: "names", readonly changes: readonly { folder: string, name: string, id: string | undefined }[] }
 *   | { readonly kind: "sync", readonly id: string, readonly until: number }} Effect
 */

/** @typedef {{ readonly nodes: Map<string, "file" | "folder">, readonly effects: Effect[] }} Trace */

/** Adds what differs between two scans to a trace. `isOne` says whether all changes of names are one effect. */
export function addDifference(trace, before, after, isOne) {
  const changes = [];
  for (const [id, node] of after) {
    const old = before.get(id);
    if (old === undefined) trace.nodes.set(id, node.type);
    if (node.mode !== (old?.mode ?? defaultMode(node))) trace.effects.push({ kind: "mode", id, mode: node.mode });
    if (node.type === "file") addContent(trace, id, old?.bytes ?? Buffer.alloc(0), node.bytes);
    else addNames(changes, id, old?.names ?? new Map(), node.names);
  }
  if (changes.length === 0) return;
  if (isOne) trace.effects.push({ kind: "names", changes });
  else for (const change of changes) trace.effects.push({ kind: "names", changes: [change] });
}

function defaultMode({ type }) {
  return type === "file" ? 0o644 : 0o755;
}

function addContent({ effects }, id, before, after) {
  if (before.length !== after.length) effects.push({ kind: "size", id, size: after.length });
  const at = (bytes, i) => (i < bytes.length ? bytes[i] : 0);
  let from = 0;
  while (from < after.length && after[from] === at(before, from)) from++;
  let to = after.length;
  while (to > from && after[to - 1] === at(before, to - 1)) to--;
  if (from < to) effects.push({ kind: "data", id, offset: from, bytes: Buffer.from(after.subarray(from, to)) });
}

function addNames(changes, folder, before, after) {
  for (const name of before.keys()) if (!after.has(name)) changes.push({ folder, name, id: undefined });
  for (const [name, id] of after) if (before.get(name) !== id) changes.push({ folder, name, id });
}

/** The tree after some of the effects. `torn` are effects of which only the first half happened. */
export function treeAfter(start, { nodes, effects }, chosen, torn = new Set()) {
  const tree = copyOf(start);
  const nodeOf = (id) => {
    const known = tree.get(id);
    if (known !== undefined) return known;
    const type = nodes.get(id) ?? "file";
    const node = {
      type,
      mode: defaultMode({ type }),
      ...(type === "file" ? { bytes: Buffer.alloc(0) } : { names: new Map() }),
    };
    tree.set(id, node);
    return node;
  };
  for (const index of chosen) {
    const effect = effects[index];
    if (effect.kind === "names") {
      for (const { folder, name, id } of effect.changes) {
        const { names } = nodeOf(folder);
        if (id === undefined) names.delete(name);
        else {
          nodeOf(id);
          names.set(name, id);
        }
      }
    } else if (effect.kind !== "sync") change(nodeOf(effect.id), effect, torn.has(index));
  }
  return tree;
}

function change(node, effect, isTorn) {
  if (effect.kind === "mode") node.mode = effect.mode;
  else if (effect.kind === "size") node.bytes = resized(node.bytes, effect.size);
  else {
    const bytes = isTorn ? effect.bytes.subarray(0, effect.bytes.length >> 1) : effect.bytes;
    // Data can be on the disk without the size that makes it visible: then it is not.
    const length = Math.min(bytes.length, node.bytes.length - effect.offset);
    if (length > 0) bytes.copy(node.bytes, effect.offset, 0, length);
  }
}

function resized(bytes, size) {
  const next = Buffer.alloc(size);
  bytes.copy(next, 0, 0, Math.min(size, bytes.length));
  return next;
}
