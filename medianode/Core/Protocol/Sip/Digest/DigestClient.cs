using System.Globalization;
using System.Text;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Digest;

/// <summary>
/// Answers 401 and 407 for one subscriber (RFC 3261 §22, RFC 8760), and answers ahead with the last nonce and a growing count
/// on the requests after it. One for each registration or dialog.
/// </summary>
internal sealed class DigestClient(SipCredentials credentials, EntropySource entropy)
{
    /// <summary>Proxies on the way may each have a realm of their own (RFC 3261 §22.3), but not without end.</summary>
    private const int MostRealms = 4;
    private const int MostStaleInRow = 2;

    private readonly List<Challenged> _known = [];
    private readonly AkaKey? _aka = AkaKey.TryParse(credentials.Password, out var key) ? key : null;

    /// <summary>The subscriber answers by IMS AKA, and is named before the challenge (TS 24.229 §5.1.1.2.2).</summary>
    public bool IsAka => _aka is not null;

    /// <summary>The highest sequence number the network has shown with AKA.</summary>
    public ulong AkaSequence { get; set; }

    /// <summary>Puts answers to the challenges known so far into a request that has not been sent.</summary>
    public void Authorize(SipRequest request)
    {
        request.Headers.Remove("Authorization");
        request.Headers.Remove("Proxy-Authorization");
        foreach (var known in _known) request.Headers.Add(AnswerHeader(known.IsProxy), Answer(known, request));
    }

    /// <param name="request">The request that was challenged: whether it answered this realm's challenge decides.</param>
    public DigestOutcome Receive(SipRequest request, SipResponse response)
    {
        var isProxy = response.Status == 407;
        var best = Strongest(response.Headers.Lines(isProxy ? "Proxy-Authenticate" : "WWW-Authenticate"));
        if (best is null) return DigestOutcome.Unsupported;
        var known = _known.Find(k => k.IsProxy == isProxy && k.Challenge.Realm == best.Realm);
        var aka = known?.Challenge.Nonce == best.Nonce ? known.Aka : _aka?.Answer(best.Nonce, AkaSequence);
        // The challenge does not come from somebody who knows the key.
        if (_aka is not null && aka is null) return DigestOutcome.Refused;
        if (known is null && _known.Count == MostRealms) return DigestOutcome.Refused;
        var staleInRow = 0;
        if (known is not null && WasAnswered(request, known))
        {
            // An answer ahead with an aged nonce is often refused without stale=true, so only an answer to a fresh challenge counts.
            if ((known.IsFresh && !best.Stale && known.Aka?.Auts is null) || known.Challenge.Nonce == best.Nonce) return DigestOutcome.Refused;
            // stale=true on every answer would keep us busy for ever.
            staleInRow = best.Stale ? known.StaleInRow + 1 : 0;
            if (staleInRow > MostStaleInRow) return DigestOutcome.Refused;
        }

        if (known is not null) _known.Remove(known);
        _known.Add(new Challenged(best, isProxy) { IsFresh = true, StaleInRow = staleInRow, Aka = aka });
        AkaSequence = aka?.Sequence ?? AkaSequence;
        return DigestOutcome.Answered;
    }

    /// <summary>A final response other than 401 and 407 arrived: the nonces in use were accepted, and age from now on.</summary>
    public void Accepted()
    {
        foreach (var known in _known) (known.IsFresh, known.StaleInRow) = (false, 0);
    }

    private static string AnswerHeader(bool isProxy) => isProxy ? "Proxy-Authorization" : "Authorization";

    private static bool WasAnswered(SipRequest request, Challenged known)
    {
        foreach (var line in request.Headers.Lines(AnswerHeader(known.IsProxy)))
        {
            if (DigestFields.TryParse(line, out var fields) && fields["realm"] == known.Challenge.Realm) return true;
        }

        return false;
    }

    private DigestChallenge? Strongest(IEnumerable<string> values)
    {
        DigestChallenge? best = null;
        foreach (var value in values)
        {
            if (!DigestChallenge.TryParse(value, out var challenge) || challenge.Algorithm == DigestAlgorithm.AkaV1Md5 != IsAka) continue;
            if (best is null || challenge.Algorithm > best.Algorithm) best = challenge;
        }

        return best;
    }

    private string Answer(Challenged challenged, SipRequest request)
    {
        var challenge = challenged.Challenge;
        var count = challenge.HasQopAuth ? (++challenged.Uses).ToString("x8", CultureInfo.InvariantCulture) : null;
        var clientNonce = challenge.HasQopAuth || challenge.Session ? entropy.NextToken(8) : null;
        var response = new DigestResponse(
            challenge.Algorithm, challenge.Session, credentials.UserName, challenge.Realm, credentials.Password,
            request.Method, request.Uri.Text, challenge.Nonce, count, clientNonce)
        { BinaryPassword = challenged.Aka?.Response }.Compute();
        var algorithm = Name(challenge.Algorithm) + (challenge.Session ? "-sess" : "");
        var text = new StringBuilder("Digest username=").Append(SipScanner.Quote(credentials.UserName))
            .Append(", realm=").Append(SipScanner.Quote(challenge.Realm))
            .Append(", nonce=").Append(SipScanner.Quote(challenge.Nonce))
            .Append(", uri=").Append(SipScanner.Quote(request.Uri.Text))
            .Append(", response=\"").Append(response).Append("\", algorithm=").Append(algorithm);
        if (clientNonce is not null) text.Append(", cnonce=\"").Append(clientNonce).Append('"');
        if (count is not null) text.Append(", qop=auth, nc=").Append(count);
        if (challenged.Aka?.Auts is { } auts) text.Append(", auts=").Append(SipScanner.Quote(auts));
        if (challenge.Opaque is not null) text.Append(", opaque=").Append(SipScanner.Quote(challenge.Opaque));
        return text.ToString();
    }

    private static string Name(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha256 => "SHA-256",
        DigestAlgorithm.AkaV1Md5 => "AKAv1-MD5",
        _ => "MD5",
    };

    private sealed class Challenged(DigestChallenge challenge, bool isProxy)
    {
        public bool IsProxy { get; } = isProxy;

        public DigestChallenge Challenge { get; } = challenge;

        public uint Uses { get; set; }

        public AkaAnswer? Aka { get; init; }

        /// <summary>Not yet accepted by the side that gave it.</summary>
        public bool IsFresh { get; set; }

        public int StaleInRow { get; set; }
    }
}
