using Byon.Functions.Events;
using Byon.Functions.Http;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>What the publications of webrtc-events read alike.</summary>
internal static class SubscriptionRequests
{
    private const int MaximumEvents = 1_000_000;

    /// <summary>The schema's only protocol is HTTP, but another one has a code of its own.</summary>
    public static void CheckProtocol(JsonFields body)
    {
        if (body.RequiredText("protocol", 64) is { Length: > 0 } protocol && protocol != "HTTP")
        {
            body.Reject(Problems.InvalidProtocol());
        }
    }

    public static DateTimeOffset? ExpireTime(JsonFields? config) => config?.Time("subscriptionExpireTime");

    public static (int? MaxEvents, bool InitialEvent) Limits(JsonFields? config) =>
        (config?.Integer("subscriptionMaxEvents", 1, MaximumEvents), config?.Boolean("initialEvent") ?? false);

    /// <param name="expiryNames">The member's name, and a spelling of the definition's own examples where it is tolerated.</param>
    public static SinkCredential? Credential(JsonFields body, params ReadOnlySpan<string> expiryNames)
    {
        if (body.Object("sinkCredential") is not { } credential)
        {
            return null;
        }

        if (credential.RequiredText("credentialType", 64) is { Length: > 0 } type && type != "ACCESSTOKEN")
        {
            credential.Reject(Problems.InvalidCredential());
        }

        if (credential.RequiredText("accessTokenType", 64) is { Length: > 0 } tokenType && !tokenType.Equals("bearer", StringComparison.OrdinalIgnoreCase))
        {
            credential.Reject(Problems.InvalidSinkToken());
        }

        var token = credential.RequiredText("accessToken", 8192);
        if (!token.All(letter => letter is > ' ' and <= '~'))
        {
            credential.Reject("accessToken", "holds characters that no bearer token has.");
        }

        var expiryName = expiryNames[0];
        foreach (var name in expiryNames)
        {
            expiryName = credential.Has(name) ? name : expiryName;
        }

        credential.Require(expiryName);
        return new SinkCredential(token, credential.Time(expiryName) ?? default);
    }
}
