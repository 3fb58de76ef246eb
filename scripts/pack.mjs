// Packs every public package into `tarballs/`, which `npm i -g` and `npm i` take until the packages are published.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packInto } from "./packing.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const packed = await packInto(join(root, "tarballs"));
const bytes = [...packed.values()].reduce((sum, one) => sum + one.bytes, 0);
console.log(`${packed.size} packages, ${(bytes / 1e6).toFixed(1)} MB, are in tarballs/`);
console.log("the command:   npm i -g ./tarballs/*.tgz");
console.log(`in a project:  npm i ${join(root, "tarballs")}/*.tgz`);
