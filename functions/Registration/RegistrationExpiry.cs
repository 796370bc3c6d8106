namespace Byon.Functions.Registration;

/// <summary>When a registration ends (webrtc-registration, "registrationExpireTime"), counted from the receipt of the request.</summary>
internal static class RegistrationExpiry
{
    /// <summary>No wish: the default. Above the maximum: capped. Below the minimum, or past: OUT_OF_RANGE.</summary>
    public static (DateTimeOffset ExpiresAt, Problem? Problem) Decide(DateTimeOffset? requested, DateTimeOffset receivedAt, RegistrationOptions policy)
    {
        if (requested is not { } wish)
        {
            return (receivedAt + policy.DefaultLifetime, null);
        }

        var lifetime = wish - receivedAt;
        if (lifetime < policy.MinimumLifetime)
        {
            var problem = Problems.OutOfRange(
                $"registrationExpireTime must lie at least {policy.MinimumLifetime.TotalSeconds:0} seconds in the future.");
            return (default, problem);
        }

        return (receivedAt + (lifetime < policy.MaximumLifetime ? lifetime : policy.MaximumLifetime), null);
    }
}
