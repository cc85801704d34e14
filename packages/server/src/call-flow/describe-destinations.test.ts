import { expect, it } from 'vitest';
import { testConfig } from '../testing/test-server.js';
import { describeDestinations } from './describe-destinations.js';

it('says what a call would meet now, and until when', () => {
  const config = testConfig({
    yaml: `
destinations:
  support: { visitors: true, ring: [[agent:alice, agent:bob], [magic:echo]], otherwise: destination:desk }
  desk: { ring: [agent:alice], hours: { timeZone: Asia/Tokyo, weekly: { mon-fri: ["09:00-17:00"] } } }
  line: { ring: [[agent:alice], [queue:desk]] }
  night: { ring: [agent:bob], otherwise: destination:support, hours: { timeZone: UTC, weekly: {} } }
agents: { alice: { name: Alice }, bob: { name: Bob } }
`,
  });
  expect(describeDestinations(config, Date.parse('2026-07-04T10:00:00Z'))).toEqual([
    'support (visitors and agents): rings agent alice and agent bob, then magic echo, then destination desk',
    expect.stringMatching(
      /^desk \(agents only\): refused now: closed until Monday,? 6 July 2026\b.* 09:00 \(Asia\/Tokyo\)$/,
    ),
    'line (agents only): rings agent alice, then the queue of desk',
    'night (agents only): closed now, for a year at least; calls go to destination support',
  ]);
});
