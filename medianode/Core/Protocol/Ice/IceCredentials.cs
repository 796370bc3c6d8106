using System.Security.Cryptography;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Ice;

/// <summary>ice-ufrag and ice-pwd (RFC 8839 §5.4): at least 4 and 22 characters.</summary>
public sealed record IceCredentials(string UsernameFragment, string Password)
{
    public static IceCredentials Create(EntropySource entropy) => new(entropy.NextToken(4), entropy.NextToken(16));

    /// <summary>
    /// Those of the next generation, after an ICE restart (RFC 8445 §9). They follow from these, as unknown to others as these were,
    /// so that a saved call knows them too.
    /// </summary>
    public IceCredentials Next()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"ice restart {UsernameFragment}:{Password}")));
        return new IceCredentials(hash[..8], hash[8..40]);
    }
}
