import type { LevelSeries } from "../../src/reading/level-series.ts";

/** A line of a panel. */
export interface PanelLine {
  readonly series: LevelSeries;
  /** The name of its colour. */
  readonly color: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  /** Whether the area between the line and 0 is filled. */
  readonly isFilled?: boolean;
  /** Whether the range of each bucket is drawn as a band. */
  readonly hasBand?: boolean;
  /** Which value of a bucket is drawn. Default: the last. */
  readonly value?: "close" | "low" | "high";
}

/** What a panel paints besides its lines, in pixels of the canvas. */
export interface Paint {
  readonly context: CanvasRenderingContext2D;
  readonly ratio: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  x(row: number): number;
  y(value: number): number;
}

/** A value beside the title of a panel. */
export interface LegendItem {
  readonly label: string;
  readonly text: string;
  readonly color?: string;
  readonly isDashed?: boolean;
}

/** What a panel shows. */
export interface PanelContent {
  readonly height: number;
  readonly lines: readonly PanelLine[];
  /** Whether its axis follows the view's choice of a logarithmic axis. */
  readonly canBeLog: boolean;
  /** A value as a label of the axis, beside those of the other ticks. */
  axisText(value: number, ticks: readonly number[]): string;
  /** Values that the axis has to reach; called with those of the lines in view. */
  reach?(low: number, high: number): readonly [number, number];
  below?(paint: Paint): void;
  above?(paint: Paint): void;
  legend(row: number): readonly LegendItem[];
  hint?(): string;
  /** The panel in one sentence. */
  describe(): string;
}
