import { expect, it } from 'vitest';
import { accessToken, startSignalingNetwork } from '../testing/signaling-network.js';

it("adds the token's own parameters to a call, and lets the device replace none of them", async () => {
  const network = await startSignalingNetwork();
  const device = await network.device();
  await device.listen(accessToken({ params: { offhookTicket: 'signed', team: 'red' } }));
  const params = 'To=destination%3Asupport&offhookTicket=forged&page=cart';
  device.send('invite', { callsid: 'TJS1', sdp: 'v=0 offer', twilio: { params } });
  await device.next('answer');
  expect(Object.fromEntries(network.calls[0]?.parameters ?? [])).toEqual({
    To: 'destination:support',
    offhookTicket: 'signed',
    page: 'cart',
    team: 'red',
  });
  await network.close();
});
