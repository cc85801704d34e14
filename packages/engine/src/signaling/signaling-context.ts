import type { Logger } from 'pino';
import type { Clock } from '../calls/clock.js';
import type { DeviceMessage } from '../calls/ports.js';
import type { TokenGrant, TokenVerdict } from './access-token.js';
import type { ClientMessage } from './messages.js';
import type { Registrar } from './registrar.js';
import type { SdkLegRegistry } from './sdk-leg-registry.js';
import type { SignalingSession } from './signaling-session.js';
import type { TokenUse } from './token-use.js';

/** What all sessions of a signaling server share. */
export interface SignalingContext {
  registrar: Registrar<SignalingSession>;
  legs: SdkLegRegistry;
  tokens: TokenUse<SignalingSession>;
  logger: Logger;
  clock: Clock;
  nowSeconds(): number;
  /** A device has sent a message that was acknowledged. */
  onMessage(message: DeviceMessage): void;
  verifyToken(token: string): TokenVerdict;
  /** A device wants to place a call that its token allows. */
  placeCall(
    session: SignalingSession,
    invite: Extract<ClientMessage, { type: 'invite' }>['payload'],
    outgoing: NonNullable<TokenGrant['outgoing']>,
  ): void;
}
