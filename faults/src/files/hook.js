// For `node --import`: patches `node:fs` before other modules are loaded, in each worker thread too.
import { patchFileSystem } from "./patch-fs.js";

await patchFileSystem();
