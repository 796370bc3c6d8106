using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Registrations;

/// <summary>A registrar that checks digests and grants what the test says.</summary>
internal sealed class ScriptedRegistrar
{
    private readonly VirtualAgent _agent;
    private int _nonces;

    public ScriptedRegistrar(VirtualSipNetwork network, VirtualAgent agent, int port = 5060)
    {
        _agent = agent;
        Peer = new ScriptedPeer(network, port) { OnRequest = Answer };
    }

    public ScriptedPeer Peer { get; }

    public string Password { get; set; } = "secret";

    /// <summary>The nonce accepted now; a new one makes earlier answers stale.</summary>
    public string Nonce { get; set; } = "n0";

    public uint Granted { get; set; } = 600;

    /// <summary>Instead of the usual answer, where it returns true.</summary>
    public Func<SipRequest, bool> Interferes { get; set; } = _ => false;

    public Action<SipResponse> Decorates { get; set; } = _ => { };

    private void Answer(SipRequest request)
    {
        if (Interferes(request) || request.Method != SipMethods.Register) return;
        if (!IsAuthorized(request, out var stale))
        {
            Peer.Reply(_agent, request, 401, "r", r => r.Headers.Add(
                "WWW-Authenticate", $"Digest realm=\"ims.test\", nonce=\"{Nonce}\", algorithm=SHA-256, qop=\"auth\"{(stale ? ", stale=true" : "")}"));
            return;
        }

        Peer.Reply(_agent, request, 200, "r", r =>
        {
            if (request.Number("Expires") > 0)
            {
                r.Headers.Add("Contact", $"<sip:someone@192.0.2.99>;expires=17, {request.Headers["Contact"]!.Replace($"expires={request.Headers["Expires"]}", $"expires={Granted}", StringComparison.Ordinal)}");
            }

            Decorates(r);
        });
    }

    private bool IsAuthorized(SipRequest request, out bool stale)
    {
        stale = false;
        if (!DigestFields.TryParse(request.Headers["Authorization"], out var fields)) return false;
        var expected = new DigestResponse(
            DigestAlgorithm.Sha256, false, fields["username"]!, "ims.test", Password, request.Method, fields["uri"]!,
            fields["nonce"]!, fields["nc"], fields["cnonce"]).Compute();
        stale = expected == fields["response"] && fields["nonce"] != Nonce;
        if (expected != fields["response"]) Nonce = $"n{++_nonces}";
        return expected == fields["response"] && !stale;
    }
}
