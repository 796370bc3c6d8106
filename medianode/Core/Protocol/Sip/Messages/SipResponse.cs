namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>A response (RFC 3261 §7.2).</summary>
public sealed class SipResponse(int status, string phrase) : SipMessage
{
    public int Status { get; } = status;

    public string Phrase { get; } = phrase;

    public bool IsProvisional => Status < 200;

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>
    /// A response to a request (§8.2.6): Via, From, To, Call-ID and CSeq as they came, and our tag in To where one is given
    /// and the request brought none.
    /// </summary>
    public static SipResponse For(SipRequest request, int status, string? tag = null, string? phrase = null)
    {
        var response = new SipResponse(status, phrase ?? SipPhrases.Of(status));
        foreach (var via in request.Headers.Lines("Via")) response.Headers.Add("Via", via);
        response.Headers.Add("From", request.Headers["From"]!);
        var to = request.To;
        response.Headers.Add("To", tag is null || to.Tag is not null ? request.Headers["To"]! : to.WithTag(tag).ToString());
        response.Headers.Add("Call-ID", request.CallId);
        response.Headers.Add("CSeq", request.Headers["CSeq"]!);
        return response;
    }

    public override string ToString() => $"{Status} {Phrase}";
}
