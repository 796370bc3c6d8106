// Sign-in: OAuth 2.0 authorization code with PKCE (RFC 7636) by OIDC discovery. Kept per tab, so that two tabs can be two people.

const sessionKey = 'byon.session';
const pendingKey = 'byon.sign-in';
const refreshAhead = 60_000;

const base64Url = bytes => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const random = () => base64Url(crypto.getRandomValues(new Uint8Array(32)));

export class Auth {
  #config;
  #provider;
  #session;
  #refreshing;

  constructor(config) {
    this.#config = config;
    this.#session = JSON.parse(sessionStorage.getItem(sessionKey) ?? 'null');
  }

  get signedIn() {
    return this.#session !== null;
  }

  /** Goes to the identity provider; the page comes back with a code. */
  async signIn() {
    const { authorization_endpoint: endpoint } = await this.#discover();
    const pending = { verifier: random(), state: random() };
    sessionStorage.setItem(pendingKey, JSON.stringify(pending));
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier));
    location.assign(`${endpoint}?${new URLSearchParams({
      response_type: 'code',
      client_id: this.#config.clientId,
      redirect_uri: redirectUri(),
      scope: this.#config.scope,
      state: pending.state,
      code_challenge: base64Url(new Uint8Array(digest)),
      code_challenge_method: 'S256',
    })}`);
  }

  /** Takes the code out of the address, where there is one, and turns it into tokens. */
  async completeSignIn() {
    const answer = new URLSearchParams(location.search);
    if (!answer.has('code') && !answer.has('error')) return;
    const pending = JSON.parse(sessionStorage.getItem(pendingKey) ?? 'null');
    sessionStorage.removeItem(pendingKey);
    history.replaceState(null, '', location.pathname);
    if (answer.has('error')) throw new SignInError(answer.get('error_description') ?? 'The identity provider said no.');
    if (!pending || answer.get('state') !== pending.state) throw new SignInError('This answer belongs to another sign-in.');
    await this.#fetchTokens({
      grant_type: 'authorization_code',
      code: answer.get('code'),
      redirect_uri: redirectUri(),
      code_verifier: pending.verifier,
    });
  }

  /** A token that is good for another minute at least. */
  async token({ renew = false } = {}) {
    if (!this.#session) throw new SignInError('Nobody is signed in.');
    if (renew || Date.now() > this.#session.expiresAt - refreshAhead) {
      this.#refreshing ??= this.#fetchTokens({ grant_type: 'refresh_token', refresh_token: this.#session.refreshToken })
        .finally(() => { this.#refreshing = undefined; });
      await this.#refreshing;
    }
    return this.#session.accessToken;
  }

  signOut() {
    this.#session = null;
    sessionStorage.removeItem(sessionKey);
  }

  async #fetchTokens(parameters) {
    const { token_endpoint: endpoint } = await this.#discover();
    const response = await reach(endpoint, { method: 'POST', body: new URLSearchParams({ client_id: this.#config.clientId, ...parameters }) });
    const answer = await response.json();
    if (!response.ok) throw new SignInError(answer.error_description ?? 'The identity provider refused.');
    this.#session = {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token ?? this.#session?.refreshToken,
      expiresAt: Date.now() + answer.expires_in * 1000,
    };
    sessionStorage.setItem(sessionKey, JSON.stringify(this.#session));
  }

  async #discover() {
    this.#provider ??= await (await reach(`${this.#config.issuer}/.well-known/openid-configuration`)).json();
    return this.#provider;
  }
}

export class SignInError extends Error {
  status = 401;
  code = 'UNAUTHENTICATED';
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new SignInError('The identity provider cannot be reached.');
  }
}

const redirectUri = () => location.origin + location.pathname;
