using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Sip;

/// <summary>WWW-Authenticate of a 401, answered as well.</summary>
public sealed class DigestTarget() : FuzzTarget("digest", new TextMutator("Digest", "realm", "nonce", "algorithm", "MD5", "SHA-256", "AKAv1-MD5", "qop", "auth", "auth-int", "opaque", "stale", "true", "domain"))
{
    private static readonly SipCredentials Password = new("ana@ims.test", "secret");
    private static readonly SipCredentials Aka = new("ana@ims.test", "aka:465b5ce8b199b49faa5f0a2ee238a6bc:cd63cb71954a9f4e48a5994e37a02baf");

    public override int Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input).Replace("\r\n", " ", StringComparison.Ordinal).Replace('\r', ' ').Replace('\n', ' ').Replace('\0', ' ');
        var isRead = DigestChallenge.TryParse(text, out _);
        var outcome = HashCode.Combine(isRead);
        foreach (var credentials in (SipCredentials[])[Password, Aka])
        {
            var request = new SipRequest(SipMethods.Register, new SipUri("sip:ims.test"));
            request.Headers.Add("CSeq", "1 REGISTER");
            var response = new SipResponse(401, "Unauthorized");
            response.Headers.Add("WWW-Authenticate", text);
            var client = new DigestClient(credentials, new EntropySource(new byte[32]));
            outcome = HashCode.Combine(outcome, client.Receive(request, response));
            client.Authorize(request);
            outcome = HashCode.Combine(outcome, request.Headers["Authorization"] is null);
        }

        return outcome;
    }
}
