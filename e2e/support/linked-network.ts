import { startSdkNetwork, type SdkNetwork } from './sdk-network.js';
import { ENGINE_ADDRESS, LINK_ADDRESS, UdpLink } from './udp-link.js';

/** A network whose media goes through a link that can swallow it. */
export interface LinkedNetwork {
  network: SdkNetwork;
  link: UdpLink;
  close(): Promise<void>;
}

/** Starts it, with these ports for the engine's media, both ends included. */
export async function startLinkedNetwork(ports: { begin: number; end: number }): Promise<LinkedNetwork> {
  const link = await UdpLink.open(ports);
  const network = await startSdkNetwork({
    media: { address: LINK_ADDRESS, bindAddress: ENGINE_ADDRESS, ports },
  });
  return {
    network,
    link,
    async close() {
      await network.close();
      await link.close();
    },
  };
}
