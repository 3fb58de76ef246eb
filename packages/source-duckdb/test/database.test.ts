import { expect, it } from "vitest";
import { openDatabase } from "../src/engine/database.ts";
import { duckdb } from "../src/index.ts";

it("closes a database after its pending connections, because the binding connects on another thread", async () => {
  const database = await openDatabase({});
  const order: string[] = [];
  const pending = Array.from({ length: 8 }, () => database.connect().finally(() => order.push("connected")));
  const closed = database[Symbol.asyncDispose]().then(() => order.push("closed"));
  const connections = await Promise.all(pending);
  await closed;
  expect(order).toEqual([...Array.from({ length: 8 }, () => "connected"), "closed"]);
  for (const connection of connections) database.duckdb.disconnect_sync(connection);
});

it("refuses to connect to a closed database, and closes once", async () => {
  const database = await openDatabase({});
  await Promise.all([database[Symbol.asyncDispose](), database[Symbol.asyncDispose]()]);
  await expect(database.connect()).rejects.toThrow("the database is closed");
  await expect(database.rows("SELECT 1 AS one")).rejects.toThrow("the database is closed");
});

it("ends a reading whose source is closed while it starts", async () => {
  for (let delay = 0; delay < 24; delay++) {
    const source = await duckdb({ sql: "SELECT 'A' AS symbol, DATE '2024-01-01' AS date, 1.5 AS close" });
    const reading = source.chunks()[Symbol.asyncIterator]().next();
    const outcome = reading.then(
      () => "read",
      (error: unknown) => error,
    );
    for (let turn = 0; turn < delay; turn++) await Promise.resolve();
    if (delay % 3 === 2) await new Promise((resolve) => setImmediate(resolve));
    await source[Symbol.asyncDispose]();
    const found = await outcome;
    if (found !== "read") expect(found).toMatchObject({ code: "ATC_CLOSED" });
  }
});
