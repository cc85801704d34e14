import { decodeToken, verifyAccessToken, type KeyStore, type TokenVerdict } from './access-token.js';
import { isCapabilityToken, verifyCapabilityToken } from './capability-token.js';

/** Checks a token of either kind: an access token, or a capability token of older apps. */
export function verifyToken(token: string, keys: KeyStore, nowSeconds: number): TokenVerdict {
  const isCapability = isCapabilityToken(decodeToken(token)?.payload);
  return (isCapability ? verifyCapabilityToken : verifyAccessToken)(token, keys, nowSeconds);
}
