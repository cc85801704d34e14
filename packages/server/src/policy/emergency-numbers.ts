/**
 * Numbers of police, fire brigade and ambulance anywhere (ITU-T E.161.1 and national plans). A call from a browser
 * has no address that could be sent to them, so such a call is never let out by itself.
 */
const EMERGENCY_NUMBERS = new Set(
  (
    '000 060 066 080 100 101 102 103 104 106 108 110 111 112 113 114 115 116 117 118 119 120 122 123 124 125 126 ' +
    '127 128 129 130 131 133 140 144 150 155 156 158 160 166 177 180 190 191 192 193 194 195 196 197 198 199 ' +
    '211 777 888 900 902 903 907 910 911 912 913 915 917 919 990 991 992 993 994 995 996 997 998 999'
  ).split(' '),
);

/** Whether somebody asks for emergency services, with or without a country code before the short number. */
export function isEmergencyNumber(text: string): boolean {
  const digits = /^\+?(\d{3,6})$/.exec(text)?.[1];
  return (
    digits !== undefined &&
    EMERGENCY_NUMBERS.has(digits.slice(-3)) &&
    (digits.length === 3 || text.startsWith('+'))
  );
}
