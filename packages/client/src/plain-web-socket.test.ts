import { describe, expect, it } from 'vitest';
import { allowsPlainSignaling, plainSignalingUrl } from './plain-web-socket.js';

describe('plain signaling', () => {
  it.each([
    ['http:', 'localhost', true],
    ['http:', '127.0.0.1', true],
    ['https:', 'localhost', false],
    ['http:', 'shop.example.com', false],
    ['http:', 'localhost.example.com', false],
  ])('on %s//%s is %s', (protocol, hostname, expected) => {
    expect(allowsPlainSignaling({ protocol, hostname })).toBe(expected);
  });

  it("rewrites the engine's address and no other", () => {
    const hosts = new Set(['localhost:8080']);
    expect(plainSignalingUrl('wss://localhost:8080/signal', hosts)).toBe('ws://localhost:8080/signal');
    expect(plainSignalingUrl('wss://localhost:9090/signal', hosts)).toBe('wss://localhost:9090/signal');
    expect(plainSignalingUrl('wss://localhost:8080/chat', hosts)).toBe('wss://localhost:8080/chat');
  });
});
