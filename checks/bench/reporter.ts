/** (e) The reports of a run of 10,000 tests, against those of a run of 22. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Part } from './measure.ts';

const printed = z.object({ ms: z.number(), megabytes: z.number(), files: z.record(z.string(), z.number()) });

export const reporterAtScale = (): Part => {
  const folder = mkdtempSync(join(tmpdir(), 'goldenpath-bench-'));
  try {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'checks/reporter/scale.ts', folder],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`the reports were not written: ${stderr}`);
    const { ms, megabytes, files } = printed.parse(JSON.parse(stdout));
    return {
      figures: [
        { name: 'every report of 10,000 tests', value: ms / 1_000, unit: 's' },
        { name: 'memory at most', value: megabytes, unit: 'MB' },
        { name: 'impact/index.html', value: (files['impact/index.html'] ?? NaN) / 1_024, unit: 'KB' },
      ],
      note: 'Record, verdict, page, session report, JUnit, CTRF, in a process of its own.',
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
