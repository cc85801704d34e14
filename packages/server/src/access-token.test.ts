import jwt from 'jsonwebtoken';
import AccessToken from 'twilio/lib/jwt/AccessToken.js';
import { describe, expect, it } from 'vitest';
import { type AccessTokenRequest, createAccessTokenIssuer } from './access-token.js';
import { CREDENTIALS, random, TestClock, testConfig } from './testing/test-server.js';

const { credentials } = testConfig();

function issue(request: AccessTokenRequest): jwt.Jwt {
  const clock = new TestClock();
  const token = createAccessTokenIssuer({ credentials, clock, random })(request);
  return jwt.verify(token, CREDENTIALS.TWILIO_API_SECRET, {
    algorithms: ['HS256'],
    complete: true,
    clockTimestamp: clock.now() / 1000,
  });
}

/** The same grant, made and signed by Twilio's own class. */
function twilioToken(options: {
  identity: string;
  ttl: number;
  incomingAllow: boolean;
  outgoingApplicationParams?: object;
}): jwt.Jwt {
  const { TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET, TWILIO_APP_SID } = CREDENTIALS;
  const { identity, ttl, ...allowed } = options;
  const token = new AccessToken(TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET, { identity, ttl });
  const grant = new AccessToken.VoiceGrant({ ...allowed, outgoingApplicationSid: TWILIO_APP_SID });
  token.addGrant(grant);
  return jwt.verify(token.toJwt(), TWILIO_API_SECRET, { complete: true });
}

function claims(token: jwt.Jwt): jwt.JwtPayload {
  if (typeof token.payload === 'string') throw new Error('The token carries no claims.');
  return token.payload;
}

function withoutTimes(token: jwt.Jwt): object {
  const { iat: _, exp: __, jti: ___, ...rest } = claims(token);
  return { header: token.header, ...rest };
}

describe('an access token', () => {
  it("says what Twilio's own library would say for an agent", () => {
    const ours = issue({ identity: 'alice', ttlSeconds: 3600, incoming: true });
    expect(withoutTimes(ours)).toEqual(
      withoutTimes(twilioToken({ identity: 'alice', ttl: 3600, incomingAllow: true })),
    );
  });

  it("says what Twilio's own library would say for a visitor, who cannot be called", () => {
    const ours = issue({ identity: 'visitor_1', ttlSeconds: 5, incoming: false });
    const theirs = twilioToken({ identity: 'visitor_1', ttl: 5, incomingAllow: false });
    expect(withoutTimes(ours)).toEqual(withoutTimes(theirs));
    expect(claims(ours)['grants']).toEqual({
      identity: 'visitor_1',
      voice: { outgoing: { application_sid: CREDENTIALS.TWILIO_APP_SID } },
    });
  });

  it("carries parameters for its calls where Twilio's own library puts them", () => {
    const parameters = { offhookTicket: 'one' };
    const ours = issue({ identity: 'visitor_1', ttlSeconds: 5, incoming: false, parameters });
    const options = { identity: 'visitor_1', ttl: 5, incomingAllow: false };
    const theirs = twilioToken({ ...options, outgoingApplicationParams: parameters });
    expect(withoutTimes(ours)).toEqual(withoutTimes(theirs));
  });

  it('lives as long as asked, by the injected clock', () => {
    const { iat, exp } = claims(issue({ identity: 'alice', ttlSeconds: 5, incoming: false }));
    expect({ iat, exp }).toEqual({
      iat: new TestClock().now() / 1000,
      exp: new TestClock().now() / 1000 + 5,
    });
  });

  it('has an id of its own, even within one second', () => {
    const ids = [1, 2].map(() => claims(issue({ identity: 'alice', ttlSeconds: 5, incoming: false })).jti);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(new RegExp(`^${CREDENTIALS.TWILIO_API_KEY}-\\d+-[0-9a-f]{32}$`));
  });
});
