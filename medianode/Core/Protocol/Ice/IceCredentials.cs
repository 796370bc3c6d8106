namespace Byon.MediaNode.Core.Protocol.Ice;

/// <summary>ice-ufrag and ice-pwd (RFC 8839 §5.4): at least 4 and 22 characters.</summary>
public sealed record IceCredentials(string UsernameFragment, string Password)
{
    public static IceCredentials Create(EntropySource entropy) => new(entropy.NextToken(4), entropy.NextToken(16));
}
