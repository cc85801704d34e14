import { describe } from 'vitest';
import { testSessionStore } from '../testing/session-store-suite.js';
import { MemorySessionStore } from './memory-session-store.js';

describe('MemorySessionStore', () => {
  testSessionStore((deps) => new MemorySessionStore(deps));
});
