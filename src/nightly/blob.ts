/** Whether the report that a shard left can be merged: one that was cut off would stop the merge of all others. */
import { readFileSync } from 'node:fs';
import { strFromU8, unzipSync } from 'fflate';

/** Why the report is not whole; undefined = it is. */
export const tornBlob = (file: string): string | undefined => {
  try {
    const entries = Object.entries(unzipSync(readFileSync(file)));
    const reports = entries.filter(([name]) => name.endsWith('.jsonl'));
    if (reports.length === 0) return 'it holds no report of Playwright';
    for (const [, content] of reports)
      for (const line of strFromU8(content).split('\n')) if (line !== '') JSON.parse(line);
    return undefined;
  } catch (error) {
    // Whatever cannot be unpacked and read here cannot be merged either.
    return error instanceof Error ? error.message : String(error);
  }
};
