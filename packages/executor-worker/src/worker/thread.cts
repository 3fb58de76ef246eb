/**
 * What piscina loads in each thread, by `require`. Node 20 ends the whole process if a thread is ended while it
 * requires an ES module. This file is none, and imports one.
 */
const entry = import("./worker.js");
exports.run = entry.then(({ run }) => run);
exports.close = entry.then(({ close }) => close);
