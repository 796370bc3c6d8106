// Everything the page says in words: numbers, call states, endings and errors.

/** tel:+34600111222 or sip:+34600111222@host → +34600111222; anonymous → null. */
export function numberOf(address) {
  if (!address || address.startsWith('sip:anonymous@')) return null;
  return address.replace(/^(tel|sips?):/, '').replace(/[@;].*$/, '');
}

/** +34600111222 → +34 600 111 222: groups that are easy to read, not a national plan. */
export function spaced(number) {
  if (!number) return 'Number withheld';
  const match = /^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(\d+)$/.exec(number);
  if (!match) return number;
  return `+${match[1]} ${match[2].replace(/\B(?=(\d{3})+(?!\d))/g, ' ')}`;
}

/** What a person types → E.164, or null where it cannot be one. */
export function parseNumber(typed) {
  const digits = typed.replace(/[\s().\-/]/g, '').replace(/^00/, '+');
  return /^\+[1-9]\d{4,14}$/.test(digits) ? digits : null;
}

export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = value => String(value).padStart(2, '0');
  return seconds < 3600
    ? `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
    : `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Statuses in which a call is over. */
export const endStatuses = new Set(['Terminated', 'SessionCancelled', 'Declined', 'Failed', 'NoAnswer', 'NotReachable', 'Busy']);

const endings = {
  'answered-elsewhere': 'Answered on another device',
  'caller-cancelled': 'The caller gave up',
  'registration-expired': 'The call ended because the registration ran out',
  'node-lost': 'The call was lost: the gateway node that carried it stopped',
  'media-lost': 'The call was lost: no more audio arrived from this browser',
  'ring-timeout': 'Nobody answered',
  'ended-unseen': 'The call ended while the event channel was away',
};

const endStatusWords = {
  Busy: 'The other side is busy',
  Declined: 'The other side declined',
  NoAnswer: 'Nobody answered',
  NotReachable: 'This number cannot be reached',
  SessionCancelled: 'The call was cancelled',
  Failed: 'The call could not be set up',
  Terminated: 'The call has ended',
};

/**
 * One plain sentence for how a call ended.
 * @param {{status: string, reason?: string, ending?: {class: string, reason: string, sipLine?: string}, byMe?: string}} end
 */
export function endingWords(end) {
  if (end.byMe === 'declined') return 'You declined the call';
  if (end.byMe === 'cancelled') return 'You cancelled the call';
  if (end.byMe === 'hung-up') return 'You hung up';
  const known = endings[end.ending?.reason];
  if (known) return known;
  if (end.status === 'Terminated' && (end.ending?.class ?? 'Success') === 'Success') return 'The other side hung up';
  return endStatusWords[end.status] ?? 'The call has ended';
}

/** An error for people: {title, text, detail}. The code comes last, in small print, for whoever reports it. */
export function errorWords(error, doing) {
  const detail = error.status ? `${error.status} ${error.code ?? ''}`.trim() : '';
  const say = text => ({ title: `${doing} did not work.`, text, detail });
  if (error.name === 'NotAllowedError') return say('The browser may not use the microphone. Allow it in the address bar and try again.');
  if (error.name === 'NotFoundError') return say('There is no microphone. Plug one in and try again.');
  if (error.name === 'NotReadableError') return say('The microphone is in use by another program.');
  if (error.status === 0) return say('The gateway cannot be reached. Check that it is running and try again.');
  const bySituation = {
    UNAUTHENTICATED: 'Your sign-in is no longer valid. Sign in again.',
    INVALID_TOKEN_CONTEXT: 'That number is not the one you signed in with.',
    PERMISSION_DENIED: 'You are not allowed to do this.',
    ALREADY_EXISTS: 'This device is registered already.',
    INCOMPATIBLE_STATE: 'The call has moved on in the meantime.',
    NOT_FOUND: 'It is gone: it ended or ran out in the meantime.',
    UNAVAILABLE: 'A part behind the gateway does not answer at the moment. Try again in a few seconds.',
    TOO_MANY_REQUESTS: 'That was too often. Wait a moment and try again.',
    MAX_REGISTRATION_PER_MSISDN: 'This number is in use on too many devices.',
    INTERNAL: 'The gateway made a mistake. Try again; if it stays, its log tells more.',
  };
  const words = bySituation[error.code];
  const told = error.message && !/^(Client|Service|Unknown|Request not|The specified)/.test(error.message) ? error.message : '';
  if (words && told && ['PERMISSION_DENIED', 'UNAVAILABLE', 'INCOMPATIBLE_STATE'].includes(error.code)) return say(`${words} ${told}`);
  return say(words ?? told ?? 'Something unexpected happened.');
}

const milestones = {
  'sip.invite-sent': 'INVITE sent',
  'sip.invite-received': 'INVITE received',
  'sip.100': '100 Trying',
  'sip.180': '180 Ringing',
  'sip.181': '181 Call is being forwarded',
  'sip.182': '182 Queued',
  'sip.183': '183 Session progress',
  'sip.200': '200 OK',
  'sip.ack': 'ACK',
  'sip.ack-sent': 'ACK sent',
  'sip.bye-sent': 'BYE sent',
  'sip.bye-received': 'BYE received',
  'sip.cancel-sent': 'CANCEL sent',
  'ice.connected': 'ICE connected',
  'dtls.connected': 'DTLS connected',
  'media.first-from-browser': 'First audio from the browser',
  'media.first-from-network': 'First audio from the network',
};

export function milestoneWords(milestone) {
  return milestones[milestone] ?? milestone.replace(/^[a-z]+\./, '').replaceAll('-', ' ');
}
