import { configKeys, describeOrigin, loadConfig, parseConfig } from "@atc/config";
import { isAtcError } from "@atc/contract";

// Rising precedence: an object in code, a file (here with Python's spellings), environment variables, flags.
const { config, origins, warnings } = await loadConfig({
  object: { robustness: "Narrow", initialCapital: 50_000 },
  cwd: import.meta.dirname, // the folder of config.yaml
  env: { ATC_SLIPPAGE_BPS: "1.5" },
  flags: { "fee-bps": "5" },
});
console.log("Values that differ from the defaults:");
for (const { name, default: value } of configKeys) {
  if (config[name] === value || describeOrigin(origins[name]) === "default") continue;
  console.log(`  ${name.padEnd(20)} ${String(config[name]).padEnd(8)} ${describeOrigin(origins[name])}`);
}
for (const warning of warnings) console.log(`warning: ${warning}`);

// parseConfig reads no files or variables. One error lists all faults.
try {
  parseConfig({ emaLenght: 21, robustness: "medium", feeBps: -1 });
} catch (error) {
  if (!isAtcError(error, "ATC_INVALID_CONFIG")) throw error;
  console.log("\nFaults of another configuration:");
  for (const { path, value, allowed, nearest } of error.details.faults) {
    console.log(`  ${path} = ${JSON.stringify(value)}: ${allowed}${nearest ? `; did you mean "${nearest}"?` : ""}`);
  }
}
