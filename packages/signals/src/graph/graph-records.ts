import { averageKinds } from "@atc/contract";
import { rows } from "../wasm/working-rows.ts";
import type { GraphLayout } from "./graph-layout.ts";
import { type KindNode, nodeKey } from "./kind-nodes.ts";
import type { Ladder } from "./ladder.ts";
import { ladderPlaces } from "./ladder-plan.ts";
import type { GraphPlan, PlannedMember } from "./plan-graph.ts";
import { createRecordWriter, type RecordWriter } from "./write-record.ts";

/** The place of the records of a graph. */
export interface RecordsPlace {
  readonly memory: Float64Array;
  /** The address of the slot. */
  readonly base: number;
  /** The address of the rows. */
  readonly rows: number;
  readonly layout: GraphLayout;
  readonly ladder: Ladder | undefined;
}

/** Finds the row of a node's signals: a working row, or one on the ladder. */
function signalsOf({ ladder: plan }: GraphPlan, ladder: Ladder | undefined): (node: KindNode) => number {
  const places = plan && ladderPlaces(plan);
  return (node) => {
    const place = places?.get(nodeKey(node));
    if (place !== undefined && ladder !== undefined) return ladder.signalsAt(place);
    return rows.signals(averageKinds.indexOf(node.kind));
  };
}

/** Members in the order of their rows of cuts: neighbours read most of the same rows, from the nearest cache. */
function decisionOrder(members: readonly PlannedMember[]): readonly number[] {
  const order = [...members.keys()];
  return order.sort((a, b) => {
    const own = members[a].cuts;
    const other = members[b].cuts;
    const kind = own.findIndex((cut, index) => cut !== other[index]);
    return kind < 0 ? a - b : own[kind] - other[kind];
  });
}

function writeDecision(
  writer: RecordWriter,
  { rows: ownRows, layout }: RecordsPlace,
  address: number,
  index: number,
  { member: { config }, cuts }: PlannedMember,
): void {
  const row = (kind: number): number => ownRows + layout.cutRow(cuts[kind]);
  writer.write(address, "decision", {
    kind0: row(0),
    kind1: row(1),
    kind2: row(2),
    kind3: row(3),
    kind4: row(4),
    kind5: row(5),
    long: config.longThreshold,
    short: config.shortThreshold,
    lts: Number(config.dialect === "lts"),
    delayed: Number(config.strategyMode),
    firstBar: config.cutout,
    averages: ownRows + layout.averageRow(index),
    directions: ownRows + layout.directionRow(index),
    last: 0,
    notAbove: 0,
    notBelow: 0,
    up: 0,
    begun: 0,
  });
}

function writeAll(plan: GraphPlan, place: RecordsPlace): void {
  const { memory, base, rows: ownRows, layout, ladder } = place;
  const { cuts, members } = plan;
  const writer = createRecordWriter(memory);
  const signalsAt = signalsOf(plan, ladder);
  for (const [index, { node, long, short }] of cuts.entries()) {
    const signals = signalsAt(node);
    const row = ownRows + layout.cutRow(index);
    writer.write(base + layout.cutRecord(index), "weighted", { signals, row, long, short });
  }
  for (const [index, member] of decisionOrder(members).entries())
    writeDecision(writer, place, base + layout.decisionRecord(index), member, members[member]);
}

/** Records as they were written for given rows. */
interface KnownRecords {
  readonly rows: number;
  readonly signals: number | undefined;
  readonly rowsLength: number;
  readonly values: Float64Array;
}

const knownRecords = new WeakMap<GraphPlan, KnownRecords>();

/**
 * Writes the records of a graph before its first bar. All their addresses are those of rows, so the series of a plan
 * with the same rows have the same records.
 */
export function writeRecords(plan: GraphPlan, place: RecordsPlace): void {
  const { memory, base, rows: ownRows, layout, ladder } = place;
  const known = knownRecords.get(plan);
  const signals = plan.ladder && ladder?.signalsAt(0);
  const { rowsLength } = layout;
  if (known?.rows === ownRows && known.signals === signals && known.rowsLength === rowsLength) {
    memory.set(known.values, base / 8);
    return;
  }
  memory.fill(0, base / 8, base / 8 + layout.length);
  writeAll(plan, place);
  const values = memory.slice(base / 8, base / 8 + layout.length);
  knownRecords.set(plan, { rows: ownRows, signals, rowsLength, values });
}
