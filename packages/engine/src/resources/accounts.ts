/** The accounts of an engine with their credentials and resources. */
import { createHash } from 'node:crypto';
import type { ResourceDirectory, VoiceHandling } from '../calls/reception.js';
import type { EngineConfig } from '../config.js';
import type { KeyStore } from '../signaling/access-token.js';
import { readChanges, writeChanges } from './resource-file.js';
import { ResourceStore } from './resource-store.js';
import type { ApiKey, Application, PhoneNumber } from './resource.js';

type Account = EngineConfig['accounts'][number];

/** An account as the REST API shows it. */
export interface AccountDetails {
  sid: string;
  friendlyName: string;
  authToken: string;
  /** ISO 8601; an account of the configuration is as old as its engine. */
  createdAt: string;
}

/** See the top of this file. Resources can be changed; accounts come from the configuration only. */
export class Accounts implements KeyStore, ResourceDirectory {
  readonly applications: ResourceStore<Application>;
  readonly phoneNumbers: ResourceStore<PhoneNumber>;
  readonly keys: ResourceStore<ApiKey>;
  readonly #accounts: ReadonlyMap<string, AccountDetails>;

  /** @throws EngineError when `file`, which keeps the changes, cannot be read. */
  constructor(options: { accounts: readonly Account[]; file: string | undefined; createdAt: Date }) {
    const { accounts, file } = options;
    const createdAt = options.createdAt.toISOString();
    this.#accounts = new Map(
      accounts.map(({ sid, friendlyName, authToken }) => [sid, { sid, friendlyName, authToken, createdAt }]),
    );
    const saved = readChanges(file);
    const onChange = (): void => {
      writeChanges(file, {
        applications: this.applications.changes,
        phoneNumbers: this.phoneNumbers.changes,
        keys: this.keys.changes,
      });
    };
    const times = { createdAt, updatedAt: createdAt };
    this.applications = new ResourceStore({
      configured: accounts.flatMap((account) =>
        account.applications.map((application) => ({ ...times, ...application, accountSid: account.sid })),
      ),
      changes: new Map(Object.entries(saved.applications)),
      onChange,
    });
    this.phoneNumbers = new ResourceStore({
      configured: accounts.flatMap((account) =>
        account.phoneNumbers.map((number) => ({
          ...times,
          ...number,
          friendlyName: number.friendlyName ?? number.phoneNumber,
          sid: number.sid ?? phoneNumberSid(account.sid, number.phoneNumber),
          accountSid: account.sid,
        })),
      ),
      changes: new Map(Object.entries(saved.phoneNumbers)),
      onChange,
    });
    this.keys = new ResourceStore({
      configured: accounts.flatMap((account) =>
        account.apiKeys.map((key) => ({ ...times, ...key, accountSid: account.sid })),
      ),
      changes: new Map(Object.entries(saved.keys)),
      onChange,
    });
  }

  get(accountSid: string): AccountDetails | undefined {
    return this.#accounts.get(accountSid);
  }

  list(): AccountDetails[] {
    return [...this.#accounts.values()];
  }

  hasAccount(accountSid: string): boolean {
    return this.#accounts.has(accountSid);
  }

  authToken(accountSid: string): string | undefined {
    return this.#accounts.get(accountSid)?.authToken;
  }

  secret(accountSid: string, keySid: string): string | undefined {
    return this.keys.get(accountSid, keySid)?.secret;
  }

  application(accountSid: string, sid: string): Application | undefined {
    return this.applications.get(accountSid, sid);
  }

  /** What a call on the number does: the application it names, or its own handling. */
  phoneNumber(accountSid: string, number: string): VoiceHandling | undefined {
    const found = this.phoneNumbers.list(accountSid).find((candidate) => candidate.phoneNumber === number);
    const application = found?.voiceApplicationSid;
    return (application === undefined ? undefined : this.application(accountSid, application)) ?? found;
  }
}

/** The same number has the same SID after a restart. */
function phoneNumberSid(accountSid: string, phoneNumber: string): string {
  return `PN${createHash('sha256').update(`${accountSid} ${phoneNumber}`).digest('hex').slice(0, 32)}`;
}
