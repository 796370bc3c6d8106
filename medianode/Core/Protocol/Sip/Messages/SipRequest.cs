namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>A request (RFC 3261 §7.1).</summary>
public sealed class SipRequest(string method, SipUri uri) : SipMessage
{
    public string Method { get; } = method;

    public SipUri Uri { get; set; } = uri;

    /// <summary>The same request for another try: a new transaction (its Via is still to come) with the given CSeq (§22.2).</summary>
    public SipRequest Again(uint cseq)
    {
        var again = new SipRequest(Method, Uri) { Body = Body };
        foreach (var header in Headers)
        {
            if (!header.Name.Equals("Via", StringComparison.OrdinalIgnoreCase)) again.Headers.Add(header.Name, header.Value);
        }

        again.Headers.Set("CSeq", $"{cseq} {Method}");
        return again;
    }

    public override string ToString() => $"{Method} {Uri.Scheme}:…";
}
