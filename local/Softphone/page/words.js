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
  'remote-hangup': 'The other side hung up',
  'local-hangup': 'You hung up',
  transferred: 'The call goes on on your phone',
  'answered-elsewhere': 'Answered on another device',
  'caller-cancelled': 'The caller gave up',
  busy: 'The other side is busy',
  'no-answer': 'Nobody answered',
  declined: 'The call was declined',
  cancelled: 'The call was cancelled',
  'unknown-number': 'This number does not exist',
  'number-gone': 'This number is no longer in use',
  'number-incomplete': 'This number is not complete',
  unavailable: 'The other side cannot be reached at the moment',
  forbidden: 'The network does not allow this call',
  redirected: 'The network sent the call elsewhere, which the gateway does not follow',
  refused: 'The network refused the call',
  'dialog-lost': 'The network lost track of the call',
  'network-failure': 'The phone network could not handle the call',
  'network-unreachable': 'The phone network cannot be reached',
  'network-silent': 'The phone network stopped responding',
  'media-not-acceptable': 'The two sides have no kind of audio in common',
  'credentials-refused': 'The network refused the subscriber’s password',
  'browser-lost': 'The gateway heard nothing from this browser any more',
  'media-timeout': 'Nothing was heard from the other side for too long',
  'dtls-failed': 'The audio could not be encrypted',
  'registration-expired': 'The call ended because the registration ran out',
  'registration-removed': 'The call ended because this device signed out',
  'registration-lost': 'The call ended because the network ended the registration',
  'node-lost': 'The call was lost: the gateway node that carried it failed',
  'node-draining': 'The call was ended: the gateway node that carried it is being shut down',
  'storage-unavailable': 'The gateway could not record the call',
  'internal-error': 'The gateway made a mistake and had to end the call',
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
  const told = /^(Client specified|Unknown|Request not auth|The specified)/.test(error.message) ? '' : error.message.replace(/^Service Unavailable\.\s*/, '');
  const bySituation = {
    UNAUTHENTICATED: 'Your sign-in is no longer valid. Sign in again.',
    INVALID_TOKEN_CONTEXT: 'That number is not the one you signed in with.',
    MISSING_IDENTIFIER: 'Your sign-in carries no phone number.',
    PERMISSION_DENIED: told || 'You are not allowed to do this.',
    ALREADY_EXISTS: 'This device is registered already.',
    INCOMPATIBLE_STATE: told || 'The call has moved on in the meantime.',
    NOT_FOUND: told || 'It is gone: it ended or ran out in the meantime.',
    UNAVAILABLE: `${told || 'A part behind the gateway does not answer.'} Try again in a few seconds.`,
    TOO_MANY_REQUESTS: 'That was too often. Wait a moment and try again.',
    MAX_REGISTRATION_PER_MSISDN: 'This number is in use on too many devices.',
    INTERNAL: 'The gateway made a mistake. Try again; if it stays, its log tells more.',
  };
  return say(bySituation[error.code] ?? (told || 'Something unexpected happened.'));
}

const milestones = {
  'sip.invite-sent': 'INVITE sent',
  'sip.invite-received': 'INVITE received',
  'sip.180-sent': '180 Ringing sent',
  'sip.200-sent': '200 OK sent',
  'sip.ack': 'ACK',
  'sip.bye-sent': 'BYE sent',
  'sip.bye-received': 'BYE received',
  'sip.cancel': 'CANCEL sent',
  'sip.cancel-received': 'CANCEL received',
  'sip.rejected': '603 Decline sent',
  'sip.reinvite-sent': 'Re-INVITE sent',
  'sip.reinvite-received': 'Re-INVITE received',
  'sip.info-digit': 'INFO with a digit received',
  'sip.refer-received': 'REFER received',
  'sip.referral-failed': 'Nobody took the call passed on',
  'call.moving': 'Going on at another node',
  'call.moved': 'Moved to another node',
  'call.passed-on': 'The other side passed the call on',
  'transfer.started': 'The SIM phone is being called',
  'transfer.failed': 'The SIM phone did not take the call',
  'sip.ended': 'SIP dialog ended',
  'ice.connected': 'ICE connected',
  'dtls.connected': 'DTLS connected',
  'sdp.rejected': 'SDP of the network refused',
  'media.first-from-browser': 'First audio from the browser',
  'media.first-from-network': 'First audio from the network',
  'media.first-video-from-browser': 'First video from the browser',
  'media.first-video-from-network': 'First video from the network',
  'video.requested': 'Video offered by the other side',
  'video.accepted': 'Video taken',
  'video.declined': 'Video declined',
  'video.not-answered': 'Video not decided on in time',
  'video.withdrawn': 'Video offer taken back',
  'media.video': 'Video agreed on',
  'media.video-ended': 'Video ended',
  'media.video-refused': 'Video refused by the other side',
  'media.digit-from-browser': 'Digit passed to the network',
  'media.digit-from-network': 'Digit passed to the browser',
  'media.hold': 'Audio on hold',
  'media.resume': 'Audio resumed',
};

/** A milestone of the gateway for people: {title, detail}. A SIP response is "180 Ringing". */
export function milestoneWords(milestone, detail) {
  const response = /^sip\.(\d{3})$/.exec(milestone);
  if (response) return { title: `${response[1]} ${detail ?? ''}`.trim() };
  return { title: milestones[milestone] ?? milestone.replace(/^[a-z]+\./, '').replaceAll('-', ' '), detail };
}
