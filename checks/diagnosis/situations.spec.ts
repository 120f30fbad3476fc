import { expect, test } from '@playwright/test';
import { diagnose } from '../../src/diagnosis/classify.ts';
import { diagnosisResult } from '../../src/diagnosis/result.ts';
import { APPLICATION } from './situations-application.ts';
import { CONTENT } from './situations-content.ts';
import { NETWORK } from './situations-network.ts';

for (const { name, cause, tests, confidence, input } of [...NETWORK, ...APPLICATION, ...CONTENT])
  test(`${name} - ${cause} explains ${tests.length === 22 ? 'all 22' : tests.join(', ')}`, () => {
    const { groups } = diagnosisResult.parse(diagnose(input));
    const said = groups.map((group) => ({ cause: group.cause, confidence: group.confidence, tests: group.tests }));
    expect(said, 'one group, and it explains every red test').toEqual([
      { cause, confidence: confidence ?? expect.any(String), tests: [...tests].sort() },
    ]);
    expect(groups.map(({ evidence }) => evidence.length)).not.toContain(0);
  });
