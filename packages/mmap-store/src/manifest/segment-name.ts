const segmentName = /^seg-(\d+)-\d+\.arrow$/;

/** The file name of the segment at `index` among those that `generation` writes. */
export function segmentFile(generation: number, index: number): string {
  return `seg-${generation}-${index}.arrow`;
}

/** Whether a file of this name is a segment. */
export function isSegmentName(name: string): boolean {
  return segmentName.test(name);
}

/** The generation that wrote the segment of this name; 0 if the file is not a segment. */
export function generationOf(name: string): number {
  return Number(segmentName.exec(name)?.[1] ?? 0);
}
