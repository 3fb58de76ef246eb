/** How many nodes of each kind a group of configurations shares. Equal nodes are counted once. */
export interface NodeCounts {
  /** Moving averages, by kind, length, source, dialect and variant. */
  readonly averages: number;
  /** Equities of votes in layer 1. */
  readonly firstLayerEquities: number;
  /** Signals of nine votes in layer 1. */
  readonly firstLayerSignals: number;
  /** Equities of layer 2. */
  readonly secondLayerEquities: number;
  /** Directions: of ATC, or of a strategy under one set of parameters. */
  readonly directions: number;
  /** Accounts. */
  readonly accounts: number;
}

/** Bytes of one node of each kind, state and rows. */
export interface NodeBytes extends NodeCounts {
  /** Bytes of an average per bar of its length. */
  readonly windowBar: number;
}

/** Configurations that are computed together. */
export interface PlanGroup {
  /** Indices into the list of configurations, rising. */
  readonly configurations: readonly number[];
  /** Their nodes. */
  readonly nodes: NodeCounts;
  /** Memory of the nodes. */
  readonly bytes: number;
}

/** A key that lanes do not cover, and how many configurations use it. */
export interface UncoveredKey {
  /** The key. */
  readonly key: string;
  /** The number of configurations. */
  readonly configurations: number;
}

/** How a list of configurations is computed. */
export interface SweepPlan {
  /** The number of configurations. */
  readonly configurations: number;
  /** The distinct nodes of all configurations. */
  readonly nodes: NodeCounts;
  /** The nodes that separate runs would compute. */
  readonly separate: NodeCounts;
  /** The groups, by the index of their first configuration. Every configuration is in one of them. */
  readonly groups: readonly PlanGroup[];
  /** Indices of the configurations whose accounts run in lanes, rising. */
  readonly lanes: readonly number[];
  /** Indices of the configurations that need the general simulator, rising. */
  readonly general: readonly number[];
  /** Why they need it, by key, the most frequent first. */
  readonly uncovered: readonly UncoveredKey[];
  /** Whether a group of one configuration exceeds the memory budget. */
  readonly isOverBudget: boolean;
}

/** Limits of a plan. */
export interface PlanOptions {
  /** The most bytes of a group's nodes. Default: 256 MiB. */
  readonly memoryBudget?: number | undefined;
  /** Bytes of a node of each kind. Default: rows of 128 bars, and the states of the kernels. */
  readonly nodeBytes?: Partial<NodeBytes> | undefined;
  /** Whether the configurations are those of a strategy other than ATC, which has no averages. Default: false. */
  readonly hasStrategy?: boolean | undefined;
}
