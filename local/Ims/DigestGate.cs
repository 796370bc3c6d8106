using System.Globalization;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Local.Ims;

/// <summary>The checking side of digest (RFC 7616, RFC 8760): challenges with SHA-256 and MD5, and counts the uses of a nonce.</summary>
internal sealed class DigestGate(string realm, IReadOnlyList<ImsSubscriber> subscribers, EntropySource entropy)
{
    private const int MostNonces = 4096;

    private static readonly TimeSpan NonceLifetime = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, ImsSubscriber> _subscribers = subscribers.ToDictionary(s => s.User);
    private readonly Dictionary<string, Nonce> _nonces = [];
    private readonly Queue<string> _oldest = [];

    /// <param name="header">Authorization or Proxy-Authorization.</param>
    /// <param name="isStale">The password is right and the nonce is not (any more).</param>
    /// <returns>Who sent it; null where a challenge has to be answered first.</returns>
    public ImsSubscriber? Check(Instant now, SipRequest request, string header, out bool isStale)
    {
        isStale = false;
        foreach (var line in request.Headers.Lines(header))
        {
            if (!DigestFields.TryParse(line, out var fields) || fields["realm"] != realm) continue;
            if (fields["username"] is not { } user || !_subscribers.TryGetValue(user, out var subscriber)) return null;
            if (!Matches(fields, subscriber, request.Method)) return null;
            isStale = !Use(now, fields);
            return isStale ? null : subscriber;
        }

        return null;
    }

    public void Challenge(Instant now, SipResponse response, bool isStale)
    {
        foreach (var algorithm in (string[])["SHA-256", "MD5"])
        {
            var challenge = $"Digest realm=\"{realm}\", nonce=\"{NewNonce(now)}\", algorithm={algorithm}, qop=\"auth\"{(isStale ? ", stale=true" : "")}";
            response.Headers.Add(response.Status == 407 ? "Proxy-Authenticate" : "WWW-Authenticate", challenge);
        }
    }

    private static bool Matches(DigestFields fields, ImsSubscriber subscriber, string method)
    {
        DigestAlgorithm? algorithm = (fields["algorithm"] ?? "MD5").ToUpperInvariant() switch
        {
            "MD5" => DigestAlgorithm.Md5,
            "SHA-256" => DigestAlgorithm.Sha256,
            _ => null,
        };
        if (algorithm is null || fields["nonce"] is not { } nonce || fields["uri"] is not { } uri) return false;
        if (fields["nc"] is not { } count || fields["cnonce"] is not { } clientNonce || fields["qop"] != "auth") return false;
        var expected = new DigestResponse(
            algorithm.Value, false, subscriber.User, fields["realm"]!, subscriber.Password, method, uri, nonce, count, clientNonce);
        return fields["response"] == expected.Compute();
    }

    private bool Use(Instant now, DigestFields fields)
    {
        if (!_nonces.TryGetValue(fields["nonce"]!, out var nonce) || now - nonce.Made > NonceLifetime) return false;
        if (!uint.TryParse(fields["nc"], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var count) || count <= nonce.Uses) return false;
        nonce.Uses = count;
        return true;
    }

    private string NewNonce(Instant now)
    {
        if (_oldest.Count >= MostNonces) _nonces.Remove(_oldest.Dequeue());
        var nonce = entropy.NextToken(16);
        _nonces.Add(nonce, new Nonce(now));
        _oldest.Enqueue(nonce);
        return nonce;
    }

    private sealed class Nonce(Instant made)
    {
        public Instant Made { get; } = made;

        public uint Uses { get; set; }
    }
}
