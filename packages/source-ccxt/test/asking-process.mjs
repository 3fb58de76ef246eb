// Asks an exchange until it is killed.
import { rateShare } from "../dist/requests/rate-share.js";

await rateShare(process.argv[2] ?? "").during(async () => {
  process.send?.("asking");
  await new Promise((done) => process.on("disconnect", done));
});
