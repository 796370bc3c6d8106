namespace Byon.Functions.Registration;

/// <summary>What a publication says about a lifetime that the operator does not allow.</summary>
internal enum ExpiryRule
{
    /// <summary>CAMARA 0.4: capped above the maximum, refused below the minimum.</summary>
    RefuseOutOfRange,

    /// <summary>CAMARA r2.2: the operator's default.</summary>
    DefaultOutOfRange,

    /// <summary>BYON: the wish is the end of the access token, and the registration never outlives it.</summary>
    AtMostWish,
}

/// <summary>When a registration ends (webrtc-registration, "registrationExpireTime"), counted from the receipt of the request.</summary>
internal static class RegistrationExpiry
{
    /// <summary>No wish: the default. Above the maximum: capped. Below the minimum, or past: as the rule says.</summary>
    public static (DateTimeOffset ExpiresAt, Problem? Problem) Decide(
        DateTimeOffset? requested, DateTimeOffset receivedAt, RegistrationOptions policy, ExpiryRule rule = ExpiryRule.RefuseOutOfRange)
    {
        if (requested is not { } wish)
        {
            return (receivedAt + policy.DefaultLifetime, null);
        }

        var lifetime = wish - receivedAt;
        if (rule == ExpiryRule.DefaultOutOfRange && (lifetime < policy.MinimumLifetime || lifetime > policy.MaximumLifetime))
        {
            return (receivedAt + policy.DefaultLifetime, null);
        }

        if (rule != ExpiryRule.AtMostWish && lifetime < policy.MinimumLifetime)
        {
            var problem = Problems.OutOfRange(
                $"registrationExpireTime must lie at least {policy.MinimumLifetime.TotalSeconds:0} seconds in the future.");
            return (default, problem);
        }

        return (receivedAt + (lifetime < policy.MaximumLifetime ? lifetime : policy.MaximumLifetime), null);
    }
}
