import type { ArrayStore, DataSource, DatasetLock, OperationOptions } from "@atc/contract";
import type { Pacer } from "@atc/plugin-kit";
import type { MemoryPlan } from "../base/memory-plan.ts";
import type { RowLayout } from "../base/row-layout.ts";
import type { DuplicatePolicy } from "../order/duplicates.ts";
import type { BadRowLog } from "../quality/bad-rows.ts";
import type { IngestOptions } from "./ingest-options.ts";
import type { TaskRunner } from "./task-runner.ts";

/** A source to read, and what it is read with. */
export interface ReadWork {
  readonly source: DataSource;
  readonly store: ArrayStore;
  readonly layout: RowLayout;
  readonly policy: DuplicatePolicy;
  readonly lock: DatasetLock;
  readonly fingerprint: string;
  readonly memory: MemoryPlan;
  readonly runner: TaskRunner;
  readonly badRows: BadRowLog;
  readonly pacer: Pacer;
  readonly options: OperationOptions & Pick<IngestOptions, "onKept">;
}
