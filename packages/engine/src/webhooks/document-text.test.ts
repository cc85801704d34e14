import { describe, expect, it } from 'vitest';
import { decodeText } from './document-text.js';

describe('a document', () => {
  it.each<[string, string, Buffer, string]>([
    ['its content type', 'text/xml; charset=ISO-8859-1', Buffer.from('<a>\xfc</a>', 'latin1'), '<a>ü</a>'],
    [
      'its content type in quotes',
      'text/xml; charset="utf-16le"',
      Buffer.from('<a>ü</a>', 'utf16le'),
      '<a>ü</a>',
    ],
    [
      'its XML declaration',
      'text/xml',
      Buffer.from(`<?xml version="1.0" encoding='Shift_JIS'?><a>\x93\xfa</a>`, 'latin1'),
      `<?xml version="1.0" encoding='Shift_JIS'?><a>日</a>`,
    ],
    ['its byte order mark', 'text/xml', Buffer.from('\uFEFF<a>ü</a>', 'utf16le'), '<a>ü</a>'],
    ['no charset, as UTF-8', 'text/xml', Buffer.from('<a>ü</a>'), '<a>ü</a>'],
  ])('is read by %s', (_name, type, bytes, expected) => {
    expect(decodeText(bytes, type)).toBe(expected);
  });

  it.each([
    ['text/xml; charset=klingon', '<a/>', 12300],
    ['text/xml', '<?xml version="1.0" encoding="klingon"?><a/>', 12100],
  ])('of %s that is %s is refused with %i', (type, text, twilioCode) => {
    expect(() => decodeText(Buffer.from(text), type)).toThrow(expect.objectContaining({ twilioCode }));
  });

  it('that says UTF-16 of itself in ASCII is not', () => {
    const text = '<?xml version="1.0" encoding="UTF-16"?><a>x</a>';
    expect(decodeText(Buffer.from(text), undefined)).toBe(text);
  });
});
