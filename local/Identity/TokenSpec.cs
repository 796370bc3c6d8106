using System.Text.Json.Nodes;

namespace Byon.Local.Identity;

/// <summary>An access token as a test wants it; what is not set is as the provider itself would write it.</summary>
public sealed record TokenSpec
{
    public string? PhoneNumber { get; init; }

    /// <summary>Without one: the subscriber's own, or the client's.</summary>
    public string? Subject { get; init; }

    public string ClientId { get; init; } = DevClients.Softphone;

    /// <summary>Space-separated; all of the API where null.</summary>
    public string? Scope { get; init; }

    public string? Audience { get; init; }
    public string? Issuer { get; init; }
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Null: now plus the provider's lifetime.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>A random text instead of a JWT: only introspection tells what it stands for.</summary>
    public bool Opaque { get; init; }

    /// <summary>The header typ (RFC 9068 §2.1).</summary>
    public string Type { get; init; } = "at+jwt";

    /// <summary>Claims over or beside the provider's own; a null takes one away.</summary>
    public JsonObject? Claims { get; init; }

    /// <summary>Signs with a key the provider does not publish.</summary>
    public bool ForeignKey { get; init; }
}
