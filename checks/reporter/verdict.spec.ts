import { expect, test, VIAS } from './project.ts';
import { preflightOf, session5, STAGING } from './samples.ts';

test.describe.configure({ timeout: 600_000 });

for (const via of VIAS) {
  test(`all green, ${via} - REHEARSAL GO, exit 0, gate 0`, async ({ project }) => {
    const mini = project();
    const ran = await mini.run(via);
    expect(ran.output).toContain('REHEARSAL GO');
    expect(ran.exitCode).toBe(0);
    expect(mini.impact).toMatchObject({ verdict: 'GO', exposure: { confirmed: 0, unverified: 0, tier: 120_000 } });
    expect(mini.record.rows.filter((row) => row.priority === 'P1')).toHaveLength(22);
    expect(mini.record.shards.seen).toHaveLength(via === 'direct' ? 1 : 2);
    const gate = await mini.gate();
    expect(gate.output).toContain('REHEARSAL GO');
    expect(gate.exitCode).toBe(0);
  });

  test(`sockets closed with 1011, ${via} - HOLD, $108K confirmed of $120K, 18 of 22, 20 of 22`, async ({ project }) => {
    const mini = project({ tests: session5 });
    const ran = await mini.run(via);
    expect(ran.exitCode).toBe(1);
    expect(ran.output).toContain('$108K confirmed, + up to $0 unverified, of $120K');
    expect(mini.impact).toMatchObject({
      verdict: 'HOLD',
      exposure: { confirmed: 108_000, unverified: 0 },
      counts: { verified: 18, failed: 4 },
      readings: {
        strict: { passed: 18, tierCounts: false },
        passRate: { passed: 18, percent: 81.8 },
        tolerant: { passed: 20, percent: 90.9 },
      },
    });
    expect((await mini.gate()).exitCode).toBe(1);
  });

  test(`the target is down, ${via} - DOWN, 22 unverified with that one reason`, async ({ project }) => {
    const stopped = {
      why: 'down',
      class: 'tcp-refused',
      message: 'nothing listens at https://api.staging.example',
    } as const;
    const mini = project({ preflight: preflightOf(STAGING, stopped) });
    const ran = await mini.run(via);
    expect(ran.exitCode).toBe(1);
    expect(mini.impact).toMatchObject({ shown: 'DOWN', counts: { unverified: 22 } });
    expect(new Set(mini.record.rows.filter((row) => row.priority === 'P1').map((row) => row.reason))).toEqual(
      new Set(['preflight stopped the run (down): nothing listens at https://api.staging.example']),
    );
    expect((await mini.gate(['--target', 'https://api.staging.example'])).exitCode).toBe(4);
  });
}
