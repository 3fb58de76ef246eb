// pnpm faults COMMAND [NAME]: prints a line per name, and ends with 1 if something is not as it must be.
const commands = {
  steps: async () => (await import("./steps/command.js")).steps,
  fuzz: async () => (await import("./fuzz/command.js")).fuzz,
  images: async () => (await import("./images/command.js")).images,
  soak: async () => (await import("./soak/command.js")).soak,
};
const [command = "steps", ...args] = process.argv.slice(2);
const load = commands[command];
if (load === undefined) throw new RangeError(`"${command}" is not one of ${Object.keys(commands).join(", ")}`);
process.exitCode = await (await load())(args);
