namespace Byon.Functions.Security;

/// <summary>Who sent a request, as the access token says.</summary>
/// <param name="PhoneNumber">The subscriber's number, E.164 with plus; null for a token of a client alone (two-legged).</param>
/// <param name="ExpiresAt">When the token ends; null where the issuer does not say.</param>
internal sealed record Caller(string ClientId, string Subject, string? PhoneNumber, IReadOnlySet<string> Scopes, DateTimeOffset? ExpiresAt)
{
    /// <summary>The token is of a client alone. The number, if any, is then that of the line the request means.</summary>
    public bool IsTwoLegged { get; init; }

    /// <summary>Rows belong to the client that made them, for the subscriber it made them for.</summary>
    public bool Owns(string clientId, string subject) => ClientId == clientId && Subject == subject;
}
