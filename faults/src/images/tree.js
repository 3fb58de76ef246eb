import fs from "node:fs";

/**
 * @typedef {object} Node
 * @property {"file" | "folder"} type
 * @property {number} mode
 * @property {Buffer} [bytes] - of a file
 * @property {Map<string, string>} [names] - of a folder: the ids of its entries
 */

/** @typedef {Map<string, Node>} Tree - nodes by id; the id of the root is "root" */

// The real functions: this module is loaded before they are replaced, or its calls do not count.
const { lstatSync, readdirSync, readFileSync } = fs;

/** The tree of a folder. The id of a node is its inode number. */
export function scan(folder) {
  /** @type {Tree} */
  const tree = new Map();
  const visit = (path, id, status) => {
    if (!status.isDirectory()) {
      tree.set(id, { type: "file", mode: status.mode & 0o777, bytes: readFileSync(path) });
      return;
    }
    const names = new Map();
    tree.set(id, { type: "folder", mode: status.mode & 0o777, names });
    for (const name of readdirSync(path)) {
      const own = lstatSync(`${path}/${name}`);
      names.set(name, String(own.ino));
      if (!tree.has(String(own.ino))) visit(`${path}/${name}`, String(own.ino), own);
    }
  };
  visit(folder, "root", lstatSync(folder));
  return tree;
}

/** A copy that shares no node. */
export function copyOf(tree) {
  return new Map(
    [...tree].map(([id, node]) => [
      id,
      node.type === "file" ? { ...node, bytes: Buffer.from(node.bytes) } : { ...node, names: new Map(node.names) },
    ]),
  );
}

/** Calls `onNode` with each node that names lead to, and its path within the folder. */
export function walk(tree, onNode, id = "root", path = "") {
  const node = tree.get(id);
  if (node === undefined) return;
  onNode(path, node);
  for (const [name, child] of [...(node.names ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)))
    walk(tree, onNode, child, path === "" ? name : `${path}/${name}`);
}
