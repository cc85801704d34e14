import { describe, expect, it } from 'vitest';
import { Registrar, type Device } from './registrar.js';

function device(): Device & { replaced: boolean } {
  return {
    replaced: false,
    onReplaced() {
      this.replaced = true;
    },
  };
}

describe('the registrar', () => {
  it('keeps devices of one identity together and accounts apart', () => {
    const registrar = new Registrar<Device>();
    const [phone, laptop, stranger] = [device(), device(), device()];
    registrar.register('AC1', 'alice', phone);
    registrar.register('AC1', 'alice', laptop);
    registrar.register('AC2', 'alice', stranger);
    expect(registrar.devicesOf('AC1', 'alice')).toEqual([phone, laptop]);
    expect(registrar.devicesOf('AC1', 'bob')).toEqual([]);
    expect(registrar.size).toBe(3);
  });

  it('registers a device once, and forgets it', () => {
    const registrar = new Registrar<Device>();
    const phone = device();
    registrar.register('AC1', 'alice', phone);
    registrar.register('AC1', 'alice', phone);
    expect(registrar.size).toBe(1);
    registrar.unregister('AC1', 'alice', phone);
    registrar.unregister('AC1', 'alice', phone);
    expect(registrar.size).toBe(0);
  });

  it('drops the oldest of eleven devices and tells it', () => {
    const registrar = new Registrar<Device>();
    const devices = Array.from({ length: 11 }, device);
    for (const one of devices) registrar.register('AC1', 'alice', one);
    expect(registrar.size).toBe(10);
    expect(devices.map((one) => one.replaced)).toEqual([true, ...Array.from({ length: 10 }, () => false)]);
  });
});
