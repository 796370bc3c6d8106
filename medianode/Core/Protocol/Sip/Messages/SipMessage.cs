using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>
/// A request or a response. What the parser hands out has well-formed Via, From, To, Call-ID and CSeq headers, so the
/// accessors for these may be used without a check; a message that lacks them is a fault of our own.
/// </summary>
public abstract class SipMessage
{
    private const string SdpType = "application/sdp";

    private ReadHeader<ViaHeader> _via;
    private ReadHeader<NameAddress> _from;
    private ReadHeader<NameAddress> _to;
    private ReadHeader<CSeqHeader> _cseq;

    public SipHeaders Headers { get; } = new();

    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>How many bytes it had on the wire; 0 for a message of ours.</summary>
    public int Size { get; internal set; }

    public ViaHeader TopVia => TryGetVia(out var via) ? via : throw Missing("Via");

    public NameAddress From => TryGetFrom(out var from) ? from : throw Missing("From");

    public NameAddress To => TryGetTo(out var to) ? to : throw Missing("To");

    public string CallId => Headers["Call-ID"] ?? throw Missing("Call-ID");

    public CSeqHeader CSeq => TryGetCSeq(out var cseq) ? cseq : throw Missing("CSeq");

    /// <summary>The first Contact; null where there is none or it is malformed.</summary>
    public NameAddress? Contact => NameAddress.TryParse(Headers.FirstValue("Contact"), out var contact) ? contact : null;

    /// <summary>The media type in lower case without parameters; null where there is no body.</summary>
    public string? ContentType =>
        Body.IsEmpty ? null : (Headers["Content-Type"] ?? "").Split(';')[0].Trim().ToLowerInvariant();

    /// <summary>The body, or its first part, where that is SDP; else null.</summary>
    public string? Sdp => ContentType switch
    {
        SdpType => Encoding.UTF8.GetString(Body.Span),
        "multipart/mixed" => MultipartBody.Find(Headers["Content-Type"]!, Body, SdpType) is { } part ? Encoding.UTF8.GetString(part.Span) : null,
        _ => null,
    };

    /// <summary>A header of digits only, such as Expires or Min-Expires; null where absent or malformed.</summary>
    public uint? Number(string header) =>
        uint.TryParse(Headers[header], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The well-formed addresses of a list header.</summary>
    public IEnumerable<NameAddress> Addresses(string header)
    {
        foreach (var value in Headers.Values(header))
        {
            if (NameAddress.TryParse(value, out var address)) yield return address;
        }
    }

    /// <summary>The cause of a Reason header with protocol SIP (RFC 3326 §2).</summary>
    public int? ReasonCause
    {
        get
        {
            foreach (var reason in Headers.Values("Reason"))
            {
                var semicolon = reason.IndexOf(';', StringComparison.Ordinal);
                if (semicolon < 0 || !reason.AsSpan(0, semicolon).Trim().Equals("SIP", StringComparison.OrdinalIgnoreCase)) continue;
                if (!SipParameters.TryParse(reason.AsSpan(semicolon), out var parameters)) continue;
                if (int.TryParse(parameters["cause"], NumberStyles.None, CultureInfo.InvariantCulture, out var cause)) return cause;
            }

            return null;
        }
    }

    internal bool TryGetVia([NotNullWhen(true)] out ViaHeader? via)
    {
        var line = Headers["Via"];
        // Of a line with several values, and of an empty one, the list decides which is the first.
        return string.IsNullOrEmpty(line) || line.Contains(',', StringComparison.Ordinal)
            ? ViaHeader.TryParse(Headers.FirstValue("Via"), out via)
            : _via.TryGet(line, ViaHeader.TryParse, out via);
    }

    internal bool TryGetFrom([NotNullWhen(true)] out NameAddress? from) => _from.TryGet(Headers["From"], NameAddress.TryParse, out from);

    internal bool TryGetTo([NotNullWhen(true)] out NameAddress? to) => _to.TryGet(Headers["To"], NameAddress.TryParse, out to);

    internal bool TryGetCSeq(out CSeqHeader cseq) => _cseq.TryGet(Headers["CSeq"], CSeqHeader.TryParse, out cseq);

    /// <summary>The SDP as the body; preconditions in it are named in Supported (RFC 4032 §2).</summary>
    public void SetSdp(string sdp)
    {
        SetBody(SdpType, Encoding.UTF8.GetBytes(sdp));
        if (!sdp.Contains("\na=des:qos ", StringComparison.Ordinal) || this.Supports(SipOptionTags.Precondition)) return;
        var others = Headers["Supported"];
        Headers.Set("Supported", others is null ? SipOptionTags.Precondition : $"{others}, {SipOptionTags.Precondition}");
    }

    public void SetBody(string contentType, ReadOnlyMemory<byte> body)
    {
        Headers.Set("Content-Type", contentType);
        Body = body;
    }

    private static InvalidOperationException Missing(string header) => new($"The message has no well-formed {header}.");
}
