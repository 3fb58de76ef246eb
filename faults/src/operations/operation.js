/**
 * @typedef {object} Operation
 * @property {string} name
 * @property {(folder: string) => Promise<void>} prepare - makes the state before it in an empty folder
 * @property {(folder: string) => Promise<void>} run - does it, with resources of its own, which it disposes
 * @property {(folder: string) => Promise<string>} state - opens the folder and describes all that a reader sees
 * @property {(folder: string) => Promise<void>} [tidy] - does what removes the leftovers of a fault in the end
 * @property {boolean} isDurable - whether the new state survives a power failure after `run`
 * @property {boolean} [isThreaded] - whether worker threads take part
 * @property {(before: string, after: string) => readonly string[]} [between] - more states that an interruption may leave
 * @property {(before: string, after: string) => readonly string[]} [tolerated] - more states after a success
 */

export {};
