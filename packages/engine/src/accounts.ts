/** What the configuration says an account owns, by SID. */
import type { Application, PhoneNumber, ResourceDirectory } from './calls/reception.js';
import type { EngineConfig } from './config.js';
import type { KeyStore } from './signaling/access-token.js';

type Account = EngineConfig['accounts'][number];

/** Looks up accounts, keys, applications and numbers. */
export class Accounts implements KeyStore, ResourceDirectory {
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(accounts: readonly Account[]) {
    this.#accounts = new Map(accounts.map((account) => [account.sid, account]));
  }

  hasAccount(accountSid: string): boolean {
    return this.#accounts.has(accountSid);
  }

  authToken(accountSid: string): string | undefined {
    return this.#accounts.get(accountSid)?.authToken;
  }

  secret(accountSid: string, keySid: string): string | undefined {
    return this.#accounts.get(accountSid)?.apiKeys.find((key) => key.sid === keySid)?.secret;
  }

  application(accountSid: string, sid: string): Application | undefined {
    const found = this.#accounts.get(accountSid)?.applications.find((application) => application.sid === sid);
    return found && { ...found, statusCallback: found.statusCallback };
  }

  phoneNumber(accountSid: string, number: string): PhoneNumber | undefined {
    const found = this.#accounts
      .get(accountSid)
      ?.phoneNumbers.find((candidate) => candidate.phoneNumber === number);
    return found && { ...found, statusCallback: found.statusCallback };
  }
}
