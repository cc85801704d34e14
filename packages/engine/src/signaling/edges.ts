/** Twilio's edges and regions: what an edge's host name means for `connected`. */

interface Edge {
  edge: string;
  region: string;
  home: string;
}

const DEFAULT_EDGE: Edge = { edge: 'ashburn', region: 'US_EAST_VIRGINIA', home: 'us1' };
const EDGES: readonly Edge[] = [
  DEFAULT_EDGE,
  { edge: 'umatilla', region: 'US_WEST_OREGON', home: 'us2' },
  { edge: 'dublin', region: 'EU_IRELAND', home: 'ie1' },
  { edge: 'frankfurt', region: 'EU_FRANKFURT', home: 'de1' },
  { edge: 'singapore', region: 'ASIAPAC_SINGAPORE', home: 'sg1' },
  { edge: 'tokyo', region: 'ASIAPAC_TOKYO', home: 'jp1' },
  { edge: 'sydney', region: 'ASIAPAC_SYDNEY', home: 'au1' },
  { edge: 'sao-paulo', region: 'SOUTH_AMERICA_SAO_PAULO', home: 'br1' },
];

/**
 * The edge that a Host header asks for, such as `voice-js.dublin.twilio.com` or, before SDK 2.0,
 * `chunderw-vpc-gll-ie1.twilio.com`; `ashburn` when none is named.
 */
export function edgeOfHost(host: string | undefined): Edge {
  const name = /^(?:voice-js\.|chunderw-vpc-gll-)([a-z0-9-]+)\./i.exec(host ?? '')?.[1]?.toLowerCase();
  return EDGES.find(({ edge, home }) => edge === name || home === name) ?? DEFAULT_EDGE;
}
