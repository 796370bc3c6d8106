namespace Byon.Functions.Security;

/// <summary>Who sent a request, as the access token says.</summary>
/// <param name="PhoneNumber">The subscriber's number, E.164 with plus; null for a token of a client alone.</param>
internal sealed record Caller(string ClientId, string Subject, string? PhoneNumber, IReadOnlySet<string> Scopes)
{
    /// <summary>Rows belong to the client that made them, for the subscriber it made them for.</summary>
    public bool Owns(string clientId, string subject) => ClientId == clientId && Subject == subject;
}
