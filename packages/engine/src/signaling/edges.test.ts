import { expect, it } from 'vitest';
import { edgeOfHost } from './edges.js';

it.each([
  ['voice-js.dublin.twilio.com', 'dublin', 'ie1'],
  ['voice-js.sydney.twilio.com:443', 'sydney', 'au1'],
  ['chunderw-vpc-gll-de1.twilio.com', 'frankfurt', 'de1'],
  ['chunderw-vpc-gll.twilio.com', 'ashburn', 'us1'],
  ['voice-js.roaming.twilio.com', 'ashburn', 'us1'],
  ['voice-js.atlantis.twilio.com', 'ashburn', 'us1'],
  ['localhost:8080', 'ashburn', 'us1'],
  [undefined, 'ashburn', 'us1'],
])('takes the edge from the host %s', (host, edge, home) => {
  expect(edgeOfHost(host)).toMatchObject({ edge, home });
});
