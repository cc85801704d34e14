import { ClientError } from './errors.js';

/** Throws `ClientError` `digits-invalid` for anything but `0`-`9`, `*`, `#`, and `w`, which is a pause of 500 ms. */
export function checkDigits(digits: string): void {
  if (/[^0-9*#w]/.test(digits)) {
    throw new ClientError('digits-invalid', 'Keypad tones are 0-9, * and #; w is a pause of 500 ms.');
  }
}
